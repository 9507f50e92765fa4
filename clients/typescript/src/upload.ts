/** The form that an upload is. */

import type { paths } from "./schema.js";

type Form = paths["/api/upload-asset"]["post"]["requestBody"]["content"]["multipart/form-data"];

/** The fields of the form beside the file. Those that are JSON in the form are values here. */
export type UploadFields = {
    [K in Exclude<keyof Form, "file" | JsonField>]?: NonNullable<Form[K]> | undefined;
} & {
    tags?: readonly string[] | undefined;
    source_asset_ids?: readonly string[] | undefined;
    character_ids?: readonly string[] | undefined;
    location_ids?: readonly string[] | undefined;
    metadata?: Record<string, unknown> | undefined;
};

type JsonField = "tags" | "source_asset_ids" | "character_ids" | "location_ids" | "metadata";

/** The form; the file goes last, so that what is refused is refused before it is sent. */
export function formOf(file: Blob | undefined, fields: UploadFields): FormData {
    const form = new FormData();
    for (const [name, value] of Object.entries(fields)) {
        if (value !== undefined) {
            const isJson = typeof value === "object" && value !== null;
            form.append(name, isJson ? JSON.stringify(value) : String(value));
        }
    }
    if (file !== undefined) {
        form.append("file", file);
    }
    return form;
}
