/** The types of the API. Made by `scripts/clients.sh generate`: do not change them here. */

export interface paths {
    readonly "/api/{asset_type}/{asset}/image": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Answers the bytes of an asset of a role. */
        readonly get: operations["get_image"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/{asset_type}/{asset}/thumbnail": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Will answer a small image; answers that there is none yet. */
        readonly get: operations["get_thumbnail"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/assets": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Answers a page of assets that are found. */
        readonly get: operations["list_assets"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/assets/{asset}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * Answers an asset's record, or its bytes.
         * @description The record; or the bytes, for a client that shows media: one whose `Accept` begins with an image, video or audio type, or that says so in `Sec-Fetch-Dest`.
         */
        readonly get: operations["get_asset"];
        readonly put?: never;
        readonly post?: never;
        /** Deletes an asset: its record stays, its bytes go in a while. */
        readonly delete: operations["delete_asset"];
        readonly options?: never;
        readonly head?: never;
        /** Says something again of an asset. */
        readonly patch: operations["change_asset"];
        readonly trace?: never;
    };
    readonly "/api/assets/{asset}/data": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Answers the bytes of an asset, whole or in part. */
        readonly get: operations["get_asset_data"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/assets/{asset}/lineage": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Answers what an asset was made from, and what from it. */
        readonly get: operations["get_lineage"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/assets/{asset}/restore": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Restores a deleted asset, while its bytes are there. */
        readonly post: operations["restore_asset"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/audio/generate": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Will queue a job; answers that there are none yet. */
        readonly post: operations["generate_audio"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/compare": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Answers how two assets differ. */
        readonly get: operations["compare_assets"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/composition/generate": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Will queue a job; answers that there are none yet. */
        readonly post: operations["generate_composition"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/contents/known": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Answers which contents need not be sent again. */
        readonly post: operations["known_contents"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/costs": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Answers what generations cost. */
        readonly get: operations["get_costs"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/moods/generate": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Will queue a job; answers that there are none yet. */
        readonly post: operations["generate_mood"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/projects": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Answers a page of projects, by id. */
        readonly get: operations["list_projects"];
        readonly put?: never;
        /** Makes a project with what is in it. */
        readonly post: operations["create_project"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/projects/{project}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Answers a complete project, as it is or as it was. */
        readonly get: operations["get_project"];
        readonly put?: never;
        readonly post?: never;
        /** Deletes a project with all that is in it. */
        readonly delete: operations["delete_project"];
        readonly options?: never;
        readonly head?: never;
        /** Changes a project's record. */
        readonly patch: operations["change_project"];
        readonly trace?: never;
    };
    readonly "/api/projects/{project}/assets": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Answers the histories of a project with all their versions, by asset key. */
        readonly get: operations["list_project_histories"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/projects/{project}/assets/{asset_key}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Answers a history of a project. */
        readonly get: operations["get_project_history"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/projects/{project}/assets/{asset_key}/best": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        /** Chooses the best version of a history of a project. */
        readonly put: operations["choose_project_best"];
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/projects/{project}/assets/{asset_key}/versions/{version}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Answers a version of a project. */
        readonly get: operations["get_project_version"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        /** Says something again of a version of a project. */
        readonly patch: operations["change_project_version"];
        readonly trace?: never;
    };
    readonly "/api/projects/{project}/best": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Answers what stands for each history of a project. */
        readonly get: operations["list_best"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/projects/{project}/characters": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Answers a page of a project's characters. */
        readonly get: operations["list_characters"];
        readonly put?: never;
        /** Adds a character. */
        readonly post: operations["add_character"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/projects/{project}/characters/{character}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Answers a character. */
        readonly get: operations["get_character"];
        readonly put?: never;
        readonly post?: never;
        /** Deletes a character. */
        readonly delete: operations["delete_character"];
        readonly options?: never;
        readonly head?: never;
        /** Changes a character's record. */
        readonly patch: operations["change_character"];
        readonly trace?: never;
    };
    readonly "/api/projects/{project}/characters/{character}/assets": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Answers the histories of a character with all their versions, by asset key. */
        readonly get: operations["list_character_histories"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/projects/{project}/characters/{character}/assets/{asset_key}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Answers a history of a character. */
        readonly get: operations["get_character_history"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/projects/{project}/characters/{character}/assets/{asset_key}/best": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        /** Chooses the best version of a history of a character. */
        readonly put: operations["choose_character_best"];
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/projects/{project}/characters/{character}/assets/{asset_key}/versions/{version}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Answers a version of a character. */
        readonly get: operations["get_character_version"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        /** Says something again of a version of a character. */
        readonly patch: operations["change_character_version"];
        readonly trace?: never;
    };
    readonly "/api/projects/{project}/characters/{character}/restore": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Takes a character out of the bin. */
        readonly post: operations["restore_character"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/projects/{project}/locations": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Answers a page of a project's locations. */
        readonly get: operations["list_locations"];
        readonly put?: never;
        /** Adds a location. */
        readonly post: operations["add_location"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/projects/{project}/locations/{location}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Answers a location. */
        readonly get: operations["get_location"];
        readonly put?: never;
        readonly post?: never;
        /** Deletes a location. */
        readonly delete: operations["delete_location"];
        readonly options?: never;
        readonly head?: never;
        /** Changes a location's record. */
        readonly patch: operations["change_location"];
        readonly trace?: never;
    };
    readonly "/api/projects/{project}/locations/{location}/assets": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Answers the histories of a location with all their versions, by asset key. */
        readonly get: operations["list_location_histories"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/projects/{project}/locations/{location}/assets/{asset_key}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Answers a history of a location. */
        readonly get: operations["get_location_history"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/projects/{project}/locations/{location}/assets/{asset_key}/best": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        /** Chooses the best version of a history of a location. */
        readonly put: operations["choose_location_best"];
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/projects/{project}/locations/{location}/assets/{asset_key}/versions/{version}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Answers a version of a location. */
        readonly get: operations["get_location_version"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        /** Says something again of a version of a location. */
        readonly patch: operations["change_location_version"];
        readonly trace?: never;
    };
    readonly "/api/projects/{project}/locations/{location}/restore": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Takes a location out of the bin. */
        readonly post: operations["restore_location"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/projects/{project}/moods": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Answers a page of a project's moods. */
        readonly get: operations["list_moods"];
        readonly put?: never;
        /** Adds a mood. */
        readonly post: operations["add_mood"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/projects/{project}/moods/{mood}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Answers a mood. */
        readonly get: operations["get_mood"];
        readonly put?: never;
        readonly post?: never;
        /** Deletes a mood. */
        readonly delete: operations["delete_mood"];
        readonly options?: never;
        readonly head?: never;
        /** Changes a mood's record. */
        readonly patch: operations["change_mood"];
        readonly trace?: never;
    };
    readonly "/api/projects/{project}/moods/{mood}/assets": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Answers the histories of a mood with all their versions, by asset key. */
        readonly get: operations["list_mood_histories"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/projects/{project}/moods/{mood}/assets/{asset_key}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Answers a history of a mood. */
        readonly get: operations["get_mood_history"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/projects/{project}/moods/{mood}/assets/{asset_key}/best": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        /** Chooses the best version of a history of a mood. */
        readonly put: operations["choose_mood_best"];
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/projects/{project}/moods/{mood}/assets/{asset_key}/versions/{version}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Answers a version of a mood. */
        readonly get: operations["get_mood_version"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        /** Says something again of a version of a mood. */
        readonly patch: operations["change_mood_version"];
        readonly trace?: never;
    };
    readonly "/api/projects/{project}/moods/{mood}/restore": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Takes a mood out of the bin. */
        readonly post: operations["restore_mood"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/projects/{project}/prompts": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Answers a page of a project's prompts. */
        readonly get: operations["list_prompts"];
        readonly put?: never;
        /** Adds a prompt. */
        readonly post: operations["add_prompt"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/projects/{project}/prompts/{prompt}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Answers a prompt. */
        readonly get: operations["get_prompt"];
        readonly put?: never;
        readonly post?: never;
        /** Deletes a prompt. */
        readonly delete: operations["delete_prompt"];
        readonly options?: never;
        readonly head?: never;
        /** Changes a prompt's record. */
        readonly patch: operations["change_prompt"];
        readonly trace?: never;
    };
    readonly "/api/projects/{project}/prompts/{prompt}/restore": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Takes a prompt out of the bin. */
        readonly post: operations["restore_prompt"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/projects/{project}/restore": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Takes a project out of the bin, with what went with it. */
        readonly post: operations["restore_project"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/projects/{project}/scenes": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Answers a page of a project's scenes, by number. */
        readonly get: operations["list_scenes"];
        readonly put?: never;
        /** Adds a scene. */
        readonly post: operations["add_scene"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/projects/{project}/scenes/{scene}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Answers a scene with its histories. */
        readonly get: operations["get_scene"];
        readonly put?: never;
        readonly post?: never;
        /** Deletes a scene with its histories. */
        readonly delete: operations["delete_scene"];
        readonly options?: never;
        readonly head?: never;
        /** Changes a scene's record. */
        readonly patch: operations["change_scene"];
        readonly trace?: never;
    };
    readonly "/api/projects/{project}/scenes/{scene}/assets": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Answers the histories of a scene with all their versions, by asset key. */
        readonly get: operations["list_scene_histories"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/projects/{project}/scenes/{scene}/assets/{asset_key}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Answers a history of a scene. */
        readonly get: operations["get_scene_history"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/projects/{project}/scenes/{scene}/assets/{asset_key}/best": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        /** Chooses the best version of a history of a scene. */
        readonly put: operations["choose_scene_best"];
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/projects/{project}/scenes/{scene}/assets/{asset_key}/versions/{version}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Answers a version of a scene. */
        readonly get: operations["get_scene_version"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        /** Says something again of a version of a scene. */
        readonly patch: operations["change_scene_version"];
        readonly trace?: never;
    };
    readonly "/api/projects/{project}/scenes/{scene}/generate-composition": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Will queue a job; answers that there are none yet. */
        readonly post: operations["generate_scene_composition"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/projects/{project}/scenes/{scene}/generate-video": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Will queue a job; answers that there are none yet. */
        readonly post: operations["generate_scene_video"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/projects/{project}/scenes/{scene}/restore": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Takes a scene out of the bin, with what went with it. */
        readonly post: operations["restore_scene"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/projects/{project}/scenes/reorder": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Puts all scenes of a project in another order. */
        readonly post: operations["reorder_scenes"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/projects/{project}/timelines": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Answers a page of a project's timelines. */
        readonly get: operations["list_timelines"];
        readonly put?: never;
        /** Adds a timeline. */
        readonly post: operations["add_timeline"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/projects/{project}/timelines/{timeline}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Answers a timeline. */
        readonly get: operations["get_timeline"];
        readonly put?: never;
        readonly post?: never;
        /** Deletes a timeline. */
        readonly delete: operations["delete_timeline"];
        readonly options?: never;
        readonly head?: never;
        /** Changes a timeline's record. */
        readonly patch: operations["change_timeline"];
        readonly trace?: never;
    };
    readonly "/api/projects/{project}/timelines/{timeline}/restore": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Takes a timeline out of the bin. */
        readonly post: operations["restore_timeline"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/projects/{project}/versions": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Makes versions of several histories; each stands alone. */
        readonly post: operations["make_versions"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/projects/{project}/versions/best": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Chooses several best versions; each stands alone. */
        readonly post: operations["choose_versions"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/projects/{project}/versions/query": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Answers versions of several histories, in their order. */
        readonly post: operations["query_versions"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/recent": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Answers the newest assets, the newest first. */
        readonly get: operations["list_recent"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/scenes/{scene}/assets": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Answers the histories of a scene, named by its id alone with all their versions, by asset key. */
        readonly get: operations["list_scene_by_id_histories"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/scenes/{scene}/assets/{asset_key}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Answers a history of a scene, named by its id alone. */
        readonly get: operations["get_scene_by_id_history"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/scenes/{scene}/assets/{asset_key}/best": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        /** Chooses the best version of a history of a scene, named by its id alone. */
        readonly put: operations["choose_scene_by_id_best"];
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/scenes/{scene}/assets/{asset_key}/versions/{version}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Answers a version of a scene, named by its id alone. */
        readonly get: operations["get_scene_by_id_version"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        /** Says something again of a version of a scene, named by its id alone. */
        readonly patch: operations["change_scene_by_id_version"];
        readonly trace?: never;
    };
    readonly "/api/sign": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Makes a URL that shows an asset's bytes without a token. */
        readonly post: operations["sign_url"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/signing-keys": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Makes a new signing key; the one before stays valid. */
        readonly post: operations["rotate_signing_keys"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/stats": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Answers how many assets there are. */
        readonly get: operations["get_stats"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/store/check": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Answers what is wrong with the store, in words. */
        readonly get: operations["check_store"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/store/damage": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Answers the damage that is not healed. */
        readonly get: operations["list_damage"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/store/found": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Answers a page of bytes that no claim names. */
        readonly get: operations["list_found"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/store/found/free": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Frees bytes that no claim ever named. */
        readonly post: operations["free_found"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/store/reindex": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Answers how far the reindex has come. */
        readonly get: operations["get_reindex"];
        readonly put?: never;
        /** Makes the index anew. */
        readonly post: operations["start_reindex"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/store/scrub": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Answers how far the scrub has come. */
        readonly get: operations["get_scrub"];
        readonly put?: never;
        /** Starts a scrub, or goes on where the last one ended. */
        readonly post: operations["start_scrub"];
        /** Stops the scrub soon; the next one goes on from there. */
        readonly delete: operations["stop_scrub"];
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/store/stats": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Answers what the asker has; to admins, the whole store. */
        readonly get: operations["get_store_stats"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/store/sweep": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Answers how far the sweep has come. */
        readonly get: operations["get_sweep"];
        readonly put?: never;
        /** Frees released bytes, or says which it would. */
        readonly post: operations["start_sweep"];
        /** Stops the sweep soon; the next one frees the rest. */
        readonly delete: operations["stop_sweep"];
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/store/verify": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Reads a content again. */
        readonly post: operations["verify_content"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/storyboards/{storyboard}/generate-images": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Will queue a job; answers that there are none yet. */
        readonly post: operations["generate_storyboard_images"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/tags": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Answers a page of tags with how many assets have each. */
        readonly get: operations["list_tags"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/tokens": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Answers a user's tokens, without their secrets. */
        readonly get: operations["list_tokens"];
        readonly put?: never;
        /** Makes a token, and shows its secret this once. */
        readonly post: operations["create_token"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/tokens/{token}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        readonly post?: never;
        /** Revokes a token: it is refused from the next request on. */
        readonly delete: operations["revoke_token"];
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/upload-asset": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Takes a file, or the record of a failed attempt.
         * @description A form with the file, or its digest, or `status=failed` and an `error`. With a `project_id` and an `asset_key` it becomes a version of that history.
         */
        readonly post: operations["upload_asset"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/users": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Answers a page of users. */
        readonly get: operations["list_users"];
        readonly put?: never;
        /** Makes a user. */
        readonly post: operations["create_user"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/users/{user}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Answers a user. */
        readonly get: operations["get_user"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        /** Changes a user: its name, its role, or whether it is disabled. */
        readonly patch: operations["change_user"];
        readonly trace?: never;
    };
    readonly "/api/video/generate": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Will queue a job; answers that there are none yet. */
        readonly post: operations["generate_video"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/workflows/{workflow}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Answers a page of the assets that a workflow made. */
        readonly get: operations["get_workflow"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/health": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Answers how the daemon is. */
        readonly get: operations["get_health"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/metrics": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Answers what the daemon counts, for Prometheus. */
        readonly get: operations["get_metrics"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/openapi.json": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Answers this document. */
        readonly get: operations["get_openapi"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/ready": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Answers whether everything is served. */
        readonly get: operations["get_ready"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /**
         * @description What a request may do. Each includes those before it.
         * @enum {string}
         */
        readonly Access: "read" | "write" | "admin";
        /** @description How many, and how many bytes they have. */
        readonly Amount: {
            /**
             * Format: uint64
             * @description How many bytes.
             */
            readonly bytes: number;
            /**
             * Format: uint64
             * @description How many.
             */
            readonly count: number;
        };
        /** @description a history's key: a file's name without its extension */
        readonly AssetKey: string;
        /** @description A page of assets. */
        readonly AssetPage: {
            /** @description At most as many as the limit. */
            readonly assets: readonly components["schemas"]["AssetReply"][];
            /** @description Asks for the next page as `?cursor=`; absent on the last one. */
            readonly next_cursor?: string;
        };
        /**
         * @description A JSON merge patch (RFC 7396) on an asset: what is left out stays, null takes it away. Its bytes
         *     and how they were made never change.
         */
        readonly AssetPatch: {
            readonly asset_type?: components["schemas"]["Line"] | null;
            readonly evaluation?: components["schemas"]["Evaluation"] | null;
            /** @description A name to show. */
            readonly filename?: string;
            /** @description Members of the metadata. */
            readonly metadata?: Record<string, unknown> | null;
            readonly notes?: components["schemas"]["Text"] | null;
            /** @description Puts it away or takes it out again. */
            readonly status?: components["schemas"]["PatchStatus"];
            /** @description All its tags. */
            readonly tags?: readonly components["schemas"]["Word"][] | null;
        };
        /**
         * @description One asset: a generated file or a failed attempt, and how it was made.
         *
         *     Facts that were not given are absent. The same shape answers an upload, `GET …/assets/{id}` and
         *     each element of a history's `versions`.
         */
        readonly AssetReply: {
            /** @description The id once more, under the name that older clients use. */
            readonly asset_id: components["schemas"]["Id"];
            /** @description The history's key. */
            readonly asset_key?: components["schemas"]["AssetKey"];
            /** @description Its role: brand, character, background, … An open set. */
            readonly asset_type?: string;
            /** @description The character in that project. */
            readonly character_id?: components["schemas"]["Id"];
            /** @description The id that the client gave it. */
            readonly client_id?: string;
            /** @description When the generator was done, RFC 3339. */
            readonly completed_at?: components["schemas"]["Time"];
            /** @description When it was recorded, RFC 3339. */
            readonly created_at: components["schemas"]["Time"];
            /** @description When it was deleted, RFC 3339; absent while it is not. */
            readonly deleted_at?: components["schemas"]["Time"];
            /** @description BLAKE3-256 of the bytes: what `b3sum` prints. */
            readonly digest?: components["schemas"]["Digest"];
            /** @description Why it failed. */
            readonly error?: string;
            /**
             * Format: double
             * @description What it cost, in the account's currency.
             */
            readonly estimated_cost?: number;
            /** @description How good it is: `quality_score`, a number, and whatever else was said. */
            readonly evaluation?: components["schemas"]["Metadata"];
            /** @description A safe name to show; never a path. */
            readonly filename: string;
            /**
             * Format: uint64
             * @description How long it took, in milliseconds.
             */
            readonly generation_time_ms?: number;
            /** @description Its id, a UUID. */
            readonly id: components["schemas"]["Id"];
            /** @description The location in that project. */
            readonly location_id?: components["schemas"]["Id"];
            /** @description Their media type (RFC 6838). */
            readonly media_type?: string;
            /** @description Whatever else was sent, as it was sent. */
            readonly metadata: components["schemas"]["Metadata"];
            /** @description Which model. */
            readonly model?: string;
            /** @description The mood in that project. */
            readonly mood_id?: components["schemas"]["Id"];
            /** @description What people noted about it. */
            readonly notes?: string;
            /** @description Whether it was made, directly or not, from a version that no longer stands for its history. */
            readonly outdated: boolean;
            /** @description Those versions' assets. */
            readonly outdated_sources?: readonly components["schemas"]["Id"][];
            /** @description The asset this one replaces or varies. */
            readonly parent_id?: components["schemas"]["Id"];
            /**
             * @description Its file in the mount, relative to the mount's root. Absent while it belongs to no history
             *     that the mount shows.
             */
            readonly path?: string;
            /** @description The project whose history it belongs to. */
            readonly project_id?: components["schemas"]["ProjectId"];
            /** @description What it was asked for. */
            readonly prompt?: string;
            /** @description The prompt record that it was made from. */
            readonly prompt_id?: string;
            /** @description Who ran the model. */
            readonly provider?: string;
            /**
             * @description The same for images, video and audio, signed: it works without a token, as in `<img>`, for a
             *     day or two. Absent where `url` is.
             */
            readonly public_url?: components["schemas"]["Url"];
            /**
             * Format: uint64
             * @description The claim that last changed it.
             */
            readonly revision: number;
            /** @description The scene in that project; absent where the history is the project's own. */
            readonly scene_id?: components["schemas"]["Id"];
            /**
             * Format: uint32
             * @description That scene's number.
             */
            readonly scene_number?: number;
            /**
             * Format: uint64
             * @description How many bytes.
             */
            readonly size?: number;
            /** @description The assets it was made from. */
            readonly source_asset_ids: readonly components["schemas"]["Id"][];
            /** @description Whether there are bytes. */
            readonly status: components["schemas"]["Status"];
            /** @description Free words. */
            readonly tags: readonly string[];
            /** @description The kind of media: image, video, audio, thumbnail, other, … An open set. */
            readonly type: string;
            /** @description The same time, under the name that older clients use. */
            readonly uploaded_at: components["schemas"]["Time"];
            /**
             * @description Where its bytes are, absolute; needs the bearer token. Absent for a failed attempt and while
             *     it is deleted.
             */
            readonly url?: components["schemas"]["Url"];
            /** @description Who owns it. */
            readonly user_id: components["schemas"]["Id"];
            /**
             * Format: uint32
             * @description Its version there, from 1.
             */
            readonly version?: number;
            /** @description The workflow that ran, under the id that its program gave it. */
            readonly workflow_id?: string;
        };
        /** @description A page of what a search found. */
        readonly AssetsFound: {
            /** @description At most as many as the limit, in the order that was asked for. */
            readonly assets: readonly components["schemas"]["AssetReply"][];
            /** @description For each field that was asked for its values over all pages, the most frequent first. */
            readonly facets?: {
                readonly [key: string]: readonly components["schemas"]["FacetCount"][];
            };
            /** @description Asks for the next page of the same search as `?cursor=`; absent on the last one. */
            readonly next_cursor?: string;
            /**
             * Format: uint64
             * @description How many there are on all pages.
             */
            readonly total: number;
        };
        /**
         * @description Who wrote a prompt.
         * @enum {string}
         */
        readonly Author: "human" | "machine";
        /** @description Chooses the best version of one history. */
        readonly BestChoice: {
            /** @description Its key. */
            readonly asset_key: string;
            /** @description What it belongs to. */
            readonly scope?: components["schemas"]["ScopeMembersInput"];
            /**
             * Format: uint32
             * @description Which version.
             */
            readonly version: number;
        };
        /** @description What stands for each history of a project. */
        readonly BestPage: {
            /** @description The project's own first, then those of its scenes. */
            readonly best: readonly components["schemas"]["BestVersion"][];
        };
        /** @description What became of several choices. */
        readonly BestsReply: {
            /** @description What stands for each history now, in the order of the request. */
            readonly best: readonly components["schemas"]["BestVersion"][];
            /** @description Those that were refused; the others hold. */
            readonly errors: readonly components["schemas"]["VersionFailure"][];
        };
        /** @description What stands for a history: the chosen version, else the latest ready one. */
        readonly BestVersion: {
            /** @description Its asset. */
            readonly asset_id: components["schemas"]["Id"];
            /** @description Its key. */
            readonly asset_key: components["schemas"]["AssetKey"];
            /** @description Whether it was chosen. */
            readonly chosen: boolean;
            /** @description When it was recorded, RFC 3339. */
            readonly created_at: components["schemas"]["Time"];
            /** @description BLAKE3-256 of the bytes. */
            readonly digest: components["schemas"]["Digest"];
            /**
             * @description The history's current file in the mount, relative to the mount's root; absent where the
             *     mount does not show it.
             */
            readonly path?: string;
            /** @description What the history belongs to. */
            readonly scope: components["schemas"]["ScopeMembers"];
            /**
             * Format: uint64
             * @description How many bytes.
             */
            readonly size: number;
            /** @description Where its bytes are, absolute; needs the bearer token. */
            readonly url: components["schemas"]["Url"];
            /**
             * Format: uint32
             * @description Its number, from 1.
             */
            readonly version: number;
        };
        /** @description A page of characters, in the order in which they came. */
        readonly CharacterPage: {
            /** @description At most as many as the limit. */
            readonly characters: readonly components["schemas"]["FigureReply"][];
            /** @description Asks for the next page as `?cursor=`; absent on the last one. */
            readonly next_cursor?: string;
        };
        /** @description What a look at the store found. */
        readonly Check: {
            /** @description What there is to say, the worst first. */
            readonly findings: readonly components["schemas"]["Finding"][];
            /** @description Whether nothing is wrong. */
            readonly is_sound: boolean;
        };
        /** @description A piece of a version on a track. */
        readonly Clip: {
            /** @description The asset; a version of a history. */
            readonly asset_id: components["schemas"]["Id"];
            /**
             * Format: uint64
             * @description Where it lies on the timeline, in milliseconds; left out, behind the clip before it.
             */
            readonly at_ms?: number;
            /**
             * Format: uint64
             * @description Where it begins in the asset, in milliseconds.
             */
            readonly in_ms: number;
            /**
             * Format: uint64
             * @description Where it ends there, in milliseconds; behind its begin.
             */
            readonly out_ms: number;
            /** @description The track it lies on. */
            readonly track: components["schemas"]["Line"];
        };
        /** @description A piece of a version on a track. */
        readonly ClipInput: {
            /** @description The asset; a version of a history. */
            readonly asset_id: components["schemas"]["Id"];
            /**
             * Format: uint64
             * @description Where it lies on the timeline, in milliseconds; left out, behind the clip before it.
             */
            readonly at_ms?: number | null;
            /**
             * Format: uint64
             * @description Where it begins in the asset, in milliseconds.
             */
            readonly in_ms: number;
            /**
             * Format: uint64
             * @description Where it ends there, in milliseconds; behind its begin.
             */
            readonly out_ms: number;
            /**
             * @description The track it lies on.
             * @default
             */
            readonly track?: components["schemas"]["Line"];
        };
        /** @description How two assets differ. */
        readonly Comparison: {
            /** @description One. */
            readonly a: components["schemas"]["AssetReply"];
            /** @description The other one. */
            readonly b: components["schemas"]["AssetReply"];
            /**
             * @description What differs, by field; members of objects are named as `metadata.seed`. Ids, links and
             *     times of recording always differ and are left out.
             */
            readonly differences: readonly components["schemas"]["Difference"][];
            /** @description Whether they have the same bytes. */
            readonly same_content: boolean;
        };
        /** @description How a scene is composed. */
        readonly Composition: {
            /** @description How it moves. */
            readonly animation: components["schemas"]["Text"];
            /** @description What is where. */
            readonly description: components["schemas"]["Text"];
            /** @description When it was made, RFC 3339. */
            readonly generated_at?: components["schemas"]["Time"];
            /** @description How it looks. */
            readonly styling: components["schemas"]["Text"];
        };
        /** @description How a scene is composed. */
        readonly CompositionInput: {
            /**
             * @description How it moves.
             * @default
             */
            readonly animation?: components["schemas"]["Text"];
            /**
             * @description What is where.
             * @default
             */
            readonly description?: components["schemas"]["Text"];
            readonly generated_at?: components["schemas"]["Time"] | null;
            /**
             * @description How it looks.
             * @default
             */
            readonly styling?: components["schemas"]["Text"];
        };
        /** @description How a scene is composed. */
        readonly CompositionPatch: {
            /** @description How it moves. */
            readonly animation?: components["schemas"]["Text"] | null;
            /** @description What is where. */
            readonly description?: components["schemas"]["Text"] | null;
            readonly generated_at?: components["schemas"]["Time"] | null;
            /** @description How it looks. */
            readonly styling?: components["schemas"]["Text"] | null;
        };
        /** @description What one group cost. A name is absent where nobody said one. */
        readonly CostGroup: {
            /**
             * Format: uint64
             * @description How many.
             */
            readonly count: number;
            /**
             * Format: uint64
             * @description How many failed.
             */
            readonly failed_count: number;
            /**
             * Format: uint64
             * @description What those cost.
             */
            readonly failed_micros: number;
            /**
             * Format: uint64
             * @description What they cost.
             */
            readonly micros: number;
            /** @description The model. */
            readonly model?: string;
            /** @description The month, as `2026-11`. */
            readonly month?: string;
            /**
             * Format: uint64
             * @description How many stand for their history: the chosen version, else the latest ready one.
             */
            readonly picked_count: number;
            /**
             * Format: uint64
             * @description What those cost.
             */
            readonly picked_micros: number;
            /** @description The project. */
            readonly project_id?: components["schemas"]["ProjectId"];
            /** @description Who ran the model. */
            readonly provider?: string;
            /** @description The scene. */
            readonly scene_id?: components["schemas"]["Id"];
            /**
             * Format: uint64
             * @description How many succeeded and stand for nothing.
             */
            readonly unpicked_count: number;
            /**
             * Format: uint64
             * @description What those cost.
             */
            readonly unpicked_micros: number;
        };
        /** @description What generations cost. */
        readonly CostReport: {
            /** @description What they are summed by: project, scene, provider, model or month. */
            readonly group_by: string;
            /** @description A page of groups, in the order of their names. */
            readonly groups: readonly components["schemas"]["CostGroup"][];
            /** @description Asks for the next page as `?cursor=`; absent on the last one. */
            readonly next_cursor?: string;
            /** @description All groups together, those of other pages too. */
            readonly total: components["schemas"]["Costs"];
        };
        /**
         * @description Generations that say what they cost, and the cost in millionths of the account's currency.
         *     Deleted ones count too: that they are gone gives nothing back. All = failed + picked + unpicked.
         */
        readonly Costs: {
            /**
             * Format: uint64
             * @description How many.
             */
            readonly count: number;
            /**
             * Format: uint64
             * @description How many failed.
             */
            readonly failed_count: number;
            /**
             * Format: uint64
             * @description What those cost.
             */
            readonly failed_micros: number;
            /**
             * Format: uint64
             * @description What they cost.
             */
            readonly micros: number;
            /**
             * Format: uint64
             * @description How many stand for their history: the chosen version, else the latest ready one.
             */
            readonly picked_count: number;
            /**
             * Format: uint64
             * @description What those cost.
             */
            readonly picked_micros: number;
            /**
             * Format: uint64
             * @description How many succeeded and stand for nothing.
             */
            readonly unpicked_count: number;
            /**
             * Format: uint64
             * @description What those cost.
             */
            readonly unpicked_micros: number;
        };
        /** @description What was ordered. */
        readonly CreativeBrief: {
            /** @description What else there is to say. */
            readonly additional_notes?: components["schemas"]["Text"];
            /** @description Whose brand. */
            readonly brand_name: components["schemas"]["Text"];
            /** @description To say what. */
            readonly key_message: components["schemas"]["Text"];
            /** @description What is shown. */
            readonly product_description: components["schemas"]["Text"];
            /** @description To whom. */
            readonly target_audience: components["schemas"]["Text"];
            /** @description In which tone. */
            readonly tone: components["schemas"]["Text"];
        };
        /** @description What was ordered. */
        readonly CreativeBriefInput: {
            readonly additional_notes?: components["schemas"]["Text"] | null;
            /**
             * @description Whose brand.
             * @default
             */
            readonly brand_name?: components["schemas"]["Text"];
            /**
             * @description To say what.
             * @default
             */
            readonly key_message?: components["schemas"]["Text"];
            /**
             * @description What is shown.
             * @default
             */
            readonly product_description?: components["schemas"]["Text"];
            /**
             * @description To whom.
             * @default
             */
            readonly target_audience?: components["schemas"]["Text"];
            /**
             * @description In which tone.
             * @default
             */
            readonly tone?: components["schemas"]["Text"];
        };
        /** @description What was ordered. */
        readonly CreativeBriefPatch: {
            readonly additional_notes?: components["schemas"]["Text"] | null;
            /** @description Whose brand. */
            readonly brand_name?: components["schemas"]["Text"] | null;
            /** @description To say what. */
            readonly key_message?: components["schemas"]["Text"] | null;
            /** @description What is shown. */
            readonly product_description?: components["schemas"]["Text"] | null;
            /** @description To whom. */
            readonly target_audience?: components["schemas"]["Text"] | null;
            /** @description In which tone. */
            readonly tone?: components["schemas"]["Text"] | null;
        };
        /** @description A content that misses bytes. */
        readonly DamageEntry: {
            /** @description The content. */
            readonly digest: components["schemas"]["Digest"];
            /** @description The file that was damaged, in the data directory. */
            readonly file: string;
            /** @description When that was noticed, RFC 3339. */
            readonly since: components["schemas"]["Time"];
            /** @description What is wrong with it. */
            readonly why: string;
        };
        /** @description All damage that is not healed, up to a limit. */
        readonly DamageList: {
            /**
             * Format: uint64
             * @description How much there is.
             */
            readonly count: number;
            /** @description The first of it, by digest. */
            readonly damage: readonly components["schemas"]["DamageEntry"][];
        };
        /** @description One field that differs; null where an asset does not have it. */
        readonly Difference: {
            /** @description What it is of the one. */
            readonly a: unknown;
            /** @description What it is of the other. */
            readonly b: unknown;
            /** @description Which one. */
            readonly field: string;
        };
        /** @description BLAKE3-256 of the bytes, as `b3sum` prints it */
        readonly Digest: string;
        /** @description Digests that are asked about, at most [`DIGESTS_MAX`], and those of them that are the answer. */
        readonly Digests: {
            /** @description The digests. */
            readonly digests: readonly components["schemas"]["Digest"][];
        };
        /** @description Digests that are asked about, at most [`DIGESTS_MAX`], and those of them that are the answer. */
        readonly DigestsInput: {
            /** @description The digests. */
            readonly digests: readonly components["schemas"]["Digest"][];
        };
        /** @description how good it is: `quality_score`, a number, and whatever else */
        readonly Evaluation: {
            readonly quality_score?: number | null;
        };
        /** @description what other systems call it, by the system's name */
        readonly ExternalCodes: {
            readonly [key: string]: string;
        };
        /** @description what other systems call it, by the system's name */
        readonly ExternalCodesInput: {
            readonly [key: string]: string;
        };
        /** @description what other systems call it, by the system's name */
        readonly ExternalCodesPatch: {
            readonly [key: string]: string | null;
        };
        /** @description How often a value is there. */
        readonly FacetCount: {
            /**
             * Format: uint64
             * @description How many of the assets that were found have it.
             */
            readonly count: number;
            /** @description The value, as the parameter of the field's name takes it. */
            readonly value: string;
        };
        /** @description What is said about a character or a location. */
        readonly FigurePatch: {
            /** @description Assets that show it. */
            readonly asset_ids?: readonly components["schemas"]["Id"][] | null;
            readonly description?: components["schemas"]["Text"] | null;
            /** @description Whatever else there is to keep, as it was sent. */
            readonly metadata?: components["schemas"]["MetadataPatch"] | null;
            /** @description What it is called. */
            readonly name?: components["schemas"]["Name"] | null;
        };
        readonly FigureReply: {
            /** @description Assets that show it. */
            readonly asset_ids: readonly components["schemas"]["Id"][];
            /** @description Its histories by asset key; timelines and prompts have none. */
            readonly assets?: {
                readonly [key: string]: components["schemas"]["HistorySummary"];
            };
            /** @description When it was made. */
            readonly created_at: components["schemas"]["Time"];
            /** @description What it is like. */
            readonly description?: components["schemas"]["Text"];
            /** @description Its id. */
            readonly id: components["schemas"]["Id"];
            /** @description Whatever else there is to keep, as it was sent. */
            readonly metadata: components["schemas"]["Metadata"];
            /** @description What it is called. */
            readonly name: components["schemas"]["Name"];
            /** @description The project it belongs to. */
            readonly project_id: components["schemas"]["ProjectId"];
            /** @description The claim that last changed it. */
            readonly revision: number;
            /** @description When its record was last written. */
            readonly updated_at: components["schemas"]["Time"];
        };
        /** @description One thing that is not as it should be, or worth knowing. */
        readonly Finding: {
            /** @description Whether something is wrong; else it is only worth knowing. */
            readonly is_wrong: boolean;
            /** @description What to do. */
            readonly remedy: string;
            /** @description What it is. */
            readonly what: string;
        };
        /** @description a folder's name; unique, and none that Windows reserves */
        readonly FolderName: string;
        /** @description Bytes that no claim names. */
        readonly FoundContent: {
            /** @description Their digest. */
            readonly digest: components["schemas"]["Digest"];
            /**
             * Format: uint64
             * @description How many; absent when that is damaged.
             */
            readonly size?: number;
            /** @description How they lie there. */
            readonly stored_as: components["schemas"]["StoredAs"];
        };
        /** @description A page of found contents, by digest. */
        readonly FoundPage: {
            /** @description The contents: perhaps none, even where there is a next page. */
            readonly found: readonly components["schemas"]["FoundContent"][];
            /** @description Where the next page begins; absent on the last one. */
            readonly next_cursor?: string;
        };
        /** @description Frees bytes that no claim ever named. */
        readonly FreeFound: {
            /** @description Which, at most [`FREE_MAX`]; those that a claim ever named are left alone. */
            readonly digests: readonly components["schemas"]["Digest"][];
            /**
             * @description Only says what it would do. So it is unless told otherwise.
             * @default true
             */
            readonly dry_run?: boolean;
        };
        /** @description a text, not empty */
        readonly FullText: string;
        /**
         * @description How the daemon is. The status code says whether it is alive (200): while it starts, too, but not
         *     when it stops or takes no writes (503).
         */
        readonly Health: {
            /** @description The mounts; none where the daemon runs without one. */
            readonly mounts: readonly components["schemas"]["MountHealth"][];
            /**
             * Format: uint64
             * @description The newest claim's number.
             */
            readonly revision: number;
            /**
             * @description `ok`, `damaged` (it serves everything, but some contents miss bytes), `unmounted` (somebody
             *     took a mount away), `starting`, `stopping` or `read_only`.
             */
            readonly status: string;
            /**
             * Format: uint64
             * @description Seconds since the start.
             */
            readonly uptime_s: number;
            /** @description The daemon's version. */
            readonly version: string;
            /** @description What is wrong, where the status is not `ok`. */
            readonly why?: string;
        };
        /** @description Histories by asset key. */
        readonly Histories: {
            readonly [key: string]: components["schemas"]["HistoryReply"];
        };
        /** @description A history with all its versions. */
        readonly HistoryReply: {
            /** @description Its key. */
            readonly asset_key: components["schemas"]["AssetKey"];
            /**
             * Format: uint32
             * @description The version that was chosen; absent while nobody chose, and while it is deleted.
             */
            readonly best?: number;
            /**
             * @description What stands for the history: the best version, else the latest one with bytes that is not
             *     deleted.
             */
            readonly current?: components["schemas"]["VersionSummary"];
            /**
             * Format: uint32
             * @description The newest version that is not deleted, failed or not; 0 when all are.
             */
            readonly latest: number;
            /**
             * Format: uint64
             * @description The claim that last changed it; also its `ETag`.
             */
            readonly revision: number;
            /** @description Every version from 1 on, failed and deleted ones too. */
            readonly versions: readonly components["schemas"]["AssetReply"][];
        };
        /** @description A history in short. */
        readonly HistorySummary: {
            /** @description Its key. */
            readonly asset_key: components["schemas"]["AssetKey"];
            /**
             * Format: uint32
             * @description The version that was chosen; absent while nobody chose, and while it is deleted.
             */
            readonly best?: number;
            /**
             * @description What stands for the history: the best version, else the latest one with bytes that is not
             *     deleted.
             */
            readonly current?: components["schemas"]["VersionSummary"];
            /**
             * Format: uint32
             * @description The newest version that is not deleted, failed or not; 0 when all are.
             */
            readonly latest: number;
            /**
             * Format: uint64
             * @description The claim that last changed it.
             */
            readonly revision: number;
        };
        /**
         * Format: uuid
         * @description a UUID (RFC 9562)
         */
        readonly Id: string;
        /**
         * @description How a long job stands.
         * @enum {string}
         */
        readonly JobStatus: "never" | "running" | "finished" | "stopped" | "failed";
        /** @description A content that a sweep left alone. */
        readonly LeftAlone: {
            /** @description Which. */
            readonly digest: components["schemas"]["Digest"];
            /** @description Why. */
            readonly why: string;
        };
        /** @description one line, perhaps empty */
        readonly Line: string;
        /** @description What an asset was made from and what was made from it. */
        readonly Lineage: {
            /** @description Which of them was made from which. */
            readonly edges: readonly components["schemas"]["LineageEdge"][];
            /**
             * @description The asset first, then what it was made from, nearest first, then what was made from it; at
             *     last workflows and prompts.
             */
            readonly nodes: readonly components["schemas"]["LineageNode"][];
            /** @description Whether there is more than this. */
            readonly truncated: boolean;
        };
        /** @description That something was made from something else. */
        readonly LineageEdge: {
            /** @description What was there before. */
            readonly from: string;
            /** @description `source`, `parent`, `workflow` or `prompt`. */
            readonly kind: string;
            /** @description What was made from it. */
            readonly to: string;
        };
        /** @description An asset, a workflow or a prompt record. */
        readonly LineageNode: {
            /** @description The history's key. */
            readonly asset_key?: components["schemas"]["AssetKey"];
            /** @description An asset's name to show. */
            readonly filename?: string;
            /** @description Its id. */
            readonly id: string;
            /** @description `asset`, `workflow` or `prompt`. */
            readonly node: string;
            /** @description Whether it was made from a version that no longer stands for its history. */
            readonly outdated: boolean;
            /** @description Those versions' assets. */
            readonly outdated_sources?: readonly components["schemas"]["Id"][];
            /** @description The project whose history it belongs to. */
            readonly project_id?: components["schemas"]["ProjectId"];
            /** @description The scene in that project. */
            readonly scene_id?: components["schemas"]["Id"];
            /** @description Where an asset stands. */
            readonly status?: components["schemas"]["Status"];
            /** @description An asset's kind of media. */
            readonly type?: string;
            /** @description Where its bytes are, absolute. */
            readonly url?: components["schemas"]["Url"];
            /**
             * Format: uint32
             * @description Its version there.
             */
            readonly version?: number;
        };
        /** @description A page of locations, in the order in which they came. */
        readonly LocationPage: {
            /** @description At most as many as the limit. */
            readonly locations: readonly components["schemas"]["FigureReply"][];
            /** @description Asks for the next page as `?cursor=`; absent on the last one. */
            readonly next_cursor?: string;
        };
        /** @description whatever else there is, kept and given back as it was sent */
        readonly Metadata: Record<string, unknown>;
        /** @description whatever else there is, kept and given back as it was sent */
        readonly MetadataInput: {
            readonly [key: string]: unknown;
        };
        /** @description whatever else there is, kept and given back as it was sent */
        readonly MetadataPatch: {
            readonly [key: string]: unknown;
        };
        /** @description A page of moods, in the order in which they came. */
        readonly MoodPage: {
            /** @description At most as many as the limit. */
            readonly moods: readonly components["schemas"]["MoodReply"][];
            /** @description Asks for the next page as `?cursor=`; absent on the last one. */
            readonly next_cursor?: string;
        };
        /** @description What is said about a mood. */
        readonly MoodPatch: {
            /** @description Assets that show it. */
            readonly asset_ids?: readonly components["schemas"]["Id"][] | null;
            /** @description Its colours. */
            readonly color_palette?: readonly components["schemas"]["Word"][] | null;
            readonly description?: components["schemas"]["Text"] | null;
            /** @description Whatever else there is to keep, as it was sent. */
            readonly metadata?: components["schemas"]["MetadataPatch"] | null;
            /** @description Words for it. */
            readonly mood_keywords?: readonly components["schemas"]["Word"][] | null;
            /** @description What it is called. */
            readonly name?: components["schemas"]["Name"] | null;
            readonly visual_style?: components["schemas"]["Text"] | null;
        };
        readonly MoodReply: {
            /** @description Assets that show it. */
            readonly asset_ids: readonly components["schemas"]["Id"][];
            /** @description Its histories by asset key; timelines and prompts have none. */
            readonly assets?: {
                readonly [key: string]: components["schemas"]["HistorySummary"];
            };
            /** @description Its colours. */
            readonly color_palette: readonly components["schemas"]["Word"][];
            /** @description When it was made. */
            readonly created_at: components["schemas"]["Time"];
            /** @description What it is like. */
            readonly description?: components["schemas"]["Text"];
            /** @description Its id. */
            readonly id: components["schemas"]["Id"];
            /** @description Whatever else there is to keep, as it was sent. */
            readonly metadata: components["schemas"]["Metadata"];
            /** @description Words for it. */
            readonly mood_keywords: readonly components["schemas"]["Word"][];
            /** @description What it is called. */
            readonly name: components["schemas"]["Name"];
            /** @description The project it belongs to. */
            readonly project_id: components["schemas"]["ProjectId"];
            /** @description The claim that last changed it. */
            readonly revision: number;
            /** @description When its record was last written. */
            readonly updated_at: components["schemas"]["Time"];
            /** @description How it looks. */
            readonly visual_style?: components["schemas"]["Text"];
        };
        /** @description How files open in a mount. */
        readonly MountHealth: {
            /** @description Where it is. */
            readonly dir: string;
            /**
             * @description `passthrough` (the kernel reads whole files by itself), `ranges` (the daemon reads) or
             *     `gone` (somebody unmounted it).
             */
            readonly mode: string;
            /** @description What an operator should know, such as that nobody else sees the mount. */
            readonly warnings: readonly string[];
            /** @description Why it is that one. */
            readonly why: string;
        };
        /** @description one line, not empty */
        readonly Name: string;
        readonly NewFigure: {
            /**
             * @description Assets that show it.
             * @default []
             */
            readonly asset_ids?: readonly components["schemas"]["Id"][];
            readonly description?: components["schemas"]["Text"] | null;
            /** @description Its id; made when it is left out. */
            readonly id?: components["schemas"]["Id"] | null;
            /**
             * @description Whatever else there is to keep, as it was sent.
             * @default {}
             */
            readonly metadata?: components["schemas"]["MetadataInput"];
            /** @description What it is called. */
            readonly name: components["schemas"]["Name"];
        };
        readonly NewMood: {
            /**
             * @description Assets that show it.
             * @default []
             */
            readonly asset_ids?: readonly components["schemas"]["Id"][];
            /**
             * @description Its colours.
             * @default []
             */
            readonly color_palette?: readonly components["schemas"]["Word"][];
            readonly description?: components["schemas"]["Text"] | null;
            /** @description Its id; made when it is left out. */
            readonly id?: components["schemas"]["Id"] | null;
            /**
             * @description Whatever else there is to keep, as it was sent.
             * @default {}
             */
            readonly metadata?: components["schemas"]["MetadataInput"];
            /**
             * @description Words for it.
             * @default []
             */
            readonly mood_keywords?: readonly components["schemas"]["Word"][];
            /** @description What it is called. */
            readonly name: components["schemas"]["Name"];
            readonly visual_style?: components["schemas"]["Text"] | null;
        };
        /** @description Asks for a project, with what is in it. */
        readonly NewProject: {
            readonly archived_at?: components["schemas"]["Time"] | null;
            /**
             * @description Assets of backgrounds.
             * @default []
             */
            readonly background_asset_ids?: readonly components["schemas"]["Id"][];
            /**
             * @description Assets of the brand.
             * @default []
             */
            readonly brand_asset_ids?: readonly components["schemas"]["Id"][];
            /**
             * @description Assets of the characters.
             * @default []
             */
            readonly character_asset_ids?: readonly components["schemas"]["Id"][];
            /**
             * @description Its characters.
             * @default []
             */
            readonly characters?: readonly components["schemas"]["NewFigure"][];
            readonly description?: components["schemas"]["Text"] | null;
            /**
             * @description What other systems call it, by the system's name.
             * @default {}
             */
            readonly external_codes?: components["schemas"]["ExternalCodesInput"];
            readonly folder?: components["schemas"]["FolderName"] | null;
            readonly id?: components["schemas"]["ProjectId"] | null;
            /**
             * @description Its locations.
             * @default []
             */
            readonly locations?: readonly components["schemas"]["NewFigure"][];
            /**
             * @description Whatever else there is to keep, as it was sent.
             * @default {}
             */
            readonly metadata?: components["schemas"]["MetadataInput"];
            /**
             * @description Its moods.
             * @default []
             */
            readonly moods?: readonly components["schemas"]["NewMood"][];
            /** @description What people call it. */
            readonly name: components["schemas"]["Name"];
            /**
             * @description Its prompts.
             * @default []
             */
            readonly prompts?: readonly components["schemas"]["NewPrompt"][];
            /**
             * @description What it refers to outside.
             * @default []
             */
            readonly references?: readonly components["schemas"]["ReferenceInput"][];
            /**
             * @description Its scenes; those without a number go behind the ones before.
             * @default []
             */
            readonly scenes?: readonly components["schemas"]["NewScene"][];
            readonly storyboard?: components["schemas"]["StoryboardInput"] | null;
            /**
             * @description Free words.
             * @default []
             */
            readonly tags?: readonly components["schemas"]["Word"][];
            /**
             * @description Its timelines.
             * @default []
             */
            readonly timelines?: readonly components["schemas"]["NewTimeline"][];
        };
        readonly NewPrompt: {
            /**
             * @description What was made with it.
             * @default []
             */
            readonly asset_ids?: readonly components["schemas"]["Id"][];
            /**
             * @description Who wrote it.
             * @default human
             */
            readonly author?: components["schemas"]["Author"];
            /**
             * @description The prompts of the project it was made from.
             * @default []
             */
            readonly derived_from?: readonly components["schemas"]["Id"][];
            /**
             * @description Where that stands outside.
             * @default []
             */
            readonly external_references?: readonly components["schemas"]["ReferenceInput"][];
            /** @description Its id; made when it is left out. */
            readonly id?: components["schemas"]["Id"] | null;
            /** @description What it is for: seed, edit, animation, refined, … An open set. */
            readonly kind: components["schemas"]["Word"];
            /**
             * @description Whatever else there is to keep, as it was sent.
             * @default {}
             */
            readonly metadata?: components["schemas"]["MetadataInput"];
            readonly project_code?: components["schemas"]["Line"] | null;
            /**
             * @description What was said that led to it.
             * @default []
             */
            readonly source_transcripts?: readonly components["schemas"]["Text"][];
            /** @description The prompt. */
            readonly text: components["schemas"]["FullText"];
            readonly workflow_id?: components["schemas"]["Line"] | null;
        };
        /** @description Asks for a scene. */
        readonly NewScene: {
            readonly composition?: components["schemas"]["CompositionInput"] | null;
            readonly description?: components["schemas"]["Text"] | null;
            /**
             * Format: double
             * @description How long it should be, in seconds.
             */
            readonly duration_seconds?: number | null;
            readonly id?: components["schemas"]["Id"] | null;
            /**
             * @description Whatever else there is to keep, as it was sent.
             * @default {}
             */
            readonly metadata?: components["schemas"]["MetadataInput"];
            /**
             * Format: uint32
             * @description Its number; it goes behind the last scene when it is left out.
             */
            readonly scene_number?: number | null;
            /**
             * @description Its title; may be empty.
             * @default
             */
            readonly title?: components["schemas"]["Title"];
        };
        readonly NewTimeline: {
            /**
             * @description Its clips, in order.
             * @default []
             */
            readonly clips?: readonly components["schemas"]["ClipInput"][];
            /** @description Its id; made when it is left out. */
            readonly id?: components["schemas"]["Id"] | null;
            /**
             * @description Whatever else there is to keep, as it was sent.
             * @default {}
             */
            readonly metadata?: components["schemas"]["MetadataInput"];
            /** @description What it is called. */
            readonly name: components["schemas"]["Name"];
        };
        /** @description `POST …/tokens`: a token to be made. */
        readonly NewToken: {
            /** @description What it may do; at most what the asker may. */
            readonly access: components["schemas"]["Access"];
            /**
             * Format: uint64
             * @description After how many seconds it is no longer valid; never, without it.
             */
            readonly expires_in?: number | null;
            /** @description What people call it, so that they know which one to revoke. */
            readonly name: components["schemas"]["Name"];
            readonly project_id?: components["schemas"]["ProjectId"] | null;
            readonly user_id?: components["schemas"]["Id"] | null;
        };
        /** @description `POST …/users`: a user to be made. */
        readonly NewUser: {
            /** @description Its name, unique. */
            readonly name: components["schemas"]["UserName"];
            /** @description What it may do; `user` without it. */
            readonly role?: components["schemas"]["Role"];
        };
        /** @description Asks for one version. */
        readonly NewVersion: {
            /** @description An asset that was uploaded and belongs to no history yet. */
            readonly asset_id?: string | null;
            /** @description The history's key. */
            readonly asset_key: string;
            readonly digest?: components["schemas"]["Digest"] | null;
            /** @description A name to show. */
            readonly filename?: string | null;
            /** @description Whatever else; of an asset that was uploaded, members to add to what it has. */
            readonly metadata?: components["schemas"]["MetadataInput"];
            /** @description What it is for. */
            readonly scope?: components["schemas"]["ScopeMembersInput"];
            /** @description Makes it the best version in the same step. */
            readonly set_best?: boolean;
            /** @description Free words. */
            readonly tags?: readonly string[];
            /**
             * @description The kind of media; found in the bytes when it is left out. An asset that was uploaded keeps
             *     its own.
             */
            readonly type?: string | null;
            /** @description Or where a provider keeps the file for a while. */
            readonly urls?: readonly string[];
        };
        /**
         * @description How hard a scrub works.
         * @enum {string}
         */
        readonly Pace: "gentle" | "full";
        /** @description A pack that a sweep left alone. */
        readonly PackLeft: {
            /** @description Its file, in the data directory. */
            readonly file: string;
            /** @description Why. */
            readonly why: string;
        };
        /**
         * @description What a client may make of an asset's status.
         * @enum {string}
         */
        readonly PatchStatus: "archived" | "ready";
        /**
         * @description A problem document (RFC 9457). Everything but `field`, `current`, `progress` and
         *     `instance` is always there.
         */
        readonly Problem: {
            /** @description What went wrong, for programs. */
            readonly code: components["schemas"]["ProblemCode"];
            /** @description The record as it is now, where it was changed meanwhile. */
            readonly current?: unknown;
            /** @description What happened here, then the remedy where there is one. */
            readonly detail: string;
            /** @description Which field of the request. */
            readonly field?: string;
            /**
             * @description Which request: `urn:rushes:request:` and the answer's `X-Request-Id`, under which the
             *     daemon's log has it.
             */
            readonly instance?: string;
            /** @description How far the start has come, where that is what to wait for. */
            readonly progress?: components["schemas"]["Progress"];
            /**
             * Format: uint32
             * @description The HTTP status.
             */
            readonly status: number;
            /** @description The same for every problem of this code. */
            readonly title: string;
            /** @description Names the kind of problem, one for each code. */
            readonly type: string;
        };
        /**
         * @description What went wrong, for programs.
         * @enum {string}
         */
        readonly ProblemCode: "bad_request" | "unauthorized" | "cross_origin" | "forbidden" | "not_found" | "deleted" | "method_not_allowed" | "timeout" | "taken" | "running" | "gone" | "changed" | "too_large" | "unsupported_media_type" | "range_not_satisfiable" | "misdirected" | "invalid" | "bytes_needed" | "key_reused" | "not_yet" | "internal" | "damaged" | "not_now" | "busy" | "starting" | "read_only" | "outcome_unknown" | "disk_full";
        /** @description How far a start has come. */
        readonly Progress: {
            /**
             * Format: uint64
             * @description How much of it is done: packs, directories of wholes, revisions.
             */
            readonly done: number;
            /** @description What it is at: `lock`, `packs`, `wholes`, `facts`, `accounts`, `mount`. There may be more. */
            readonly phase: string;
            /**
             * Format: uint64
             * @description Of how much; 0 where that is not known.
             */
            readonly total: number;
        };
        /** @description a project's id, none that Windows reserves */
        readonly ProjectId: string;
        /** @description A page of projects, by id. */
        readonly ProjectPage: {
            /** @description Asks for the next page as `?cursor=`; absent on the last one. */
            readonly next_cursor?: string;
            /** @description At most as many as the limit. */
            readonly projects: readonly components["schemas"]["ProjectReply"][];
        };
        /** @description What is said about a project. */
        readonly ProjectPatch: {
            readonly archived_at?: components["schemas"]["Time"] | null;
            /** @description Assets of backgrounds. */
            readonly background_asset_ids?: readonly components["schemas"]["Id"][] | null;
            /** @description Assets of the brand. */
            readonly brand_asset_ids?: readonly components["schemas"]["Id"][] | null;
            /** @description Assets of the characters. */
            readonly character_asset_ids?: readonly components["schemas"]["Id"][] | null;
            readonly description?: components["schemas"]["Text"] | null;
            /** @description What other systems call it, by the system's name. */
            readonly external_codes?: components["schemas"]["ExternalCodesPatch"] | null;
            readonly folder?: components["schemas"]["FolderName"] | null;
            /** @description Whatever else there is to keep, as it was sent. */
            readonly metadata?: components["schemas"]["MetadataPatch"] | null;
            /** @description What people call it. */
            readonly name?: components["schemas"]["Name"] | null;
            /** @description What it refers to outside. */
            readonly references?: readonly components["schemas"]["ReferenceInput"][] | null;
            readonly storyboard?: components["schemas"]["StoryboardPatch"] | null;
            /** @description Free words. */
            readonly tags?: readonly components["schemas"]["Word"][] | null;
        };
        /** @description A project without what is in it. */
        readonly ProjectReply: {
            /** @description Since when it is archived, RFC 3339. */
            readonly archived_at?: components["schemas"]["Time"];
            /** @description Assets of backgrounds. */
            readonly background_asset_ids: readonly components["schemas"]["Id"][];
            /** @description Assets of the brand. */
            readonly brand_asset_ids: readonly components["schemas"]["Id"][];
            /** @description Assets of the characters. */
            readonly character_asset_ids: readonly components["schemas"]["Id"][];
            /** @description When it was made, RFC 3339. */
            readonly created_at: components["schemas"]["Time"];
            /** @description What it is about. */
            readonly description?: components["schemas"]["Text"];
            /** @description What other systems call it, by the system's name. */
            readonly external_codes: components["schemas"]["ExternalCodes"];
            /**
             * @description What its folder in the mount is called: its id, unless it was given another name. Null gives
             *     it the id again.
             */
            readonly folder?: components["schemas"]["FolderName"];
            /** @description Its id and its folder's name. */
            readonly id: components["schemas"]["ProjectId"];
            /** @description Whatever else there is to keep, as it was sent. */
            readonly metadata: components["schemas"]["Metadata"];
            /** @description What people call it. */
            readonly name: components["schemas"]["Name"];
            /** @description Its folder in the mount, relative to the mount's root. */
            readonly path: string;
            /** @description What it refers to outside. */
            readonly references: readonly components["schemas"]["Reference"][];
            /**
             * Format: uint64
             * @description The claim that last changed the record.
             */
            readonly revision: number;
            /** @description What it should become. */
            readonly storyboard?: components["schemas"]["Storyboard"];
            /** @description Free words. */
            readonly tags: readonly components["schemas"]["Word"][];
            /** @description When its record was last written, RFC 3339. */
            readonly updated_at: components["schemas"]["Time"];
            /** @description Who owns it. */
            readonly user_id: components["schemas"]["Id"];
        };
        /** @description How far a project is. */
        readonly ProjectStats: {
            /** @description Those whose `scene_video` has a version with bytes that stands for it. */
            readonly completed_scenes: number;
            /** @description When anything in it was last changed, RFC 3339. */
            readonly last_activity: components["schemas"]["Time"];
            /** @description Its scenes. */
            readonly total_scenes: number;
        };
        /**
         * @description A complete project: its scenes in order, its elements and its own histories. Prompts are listed
         *     apart.
         */
        readonly ProjectView: {
            /** @description Since when it is archived, RFC 3339. */
            readonly archived_at?: components["schemas"]["Time"];
            /** @description The project's own histories by asset key. */
            readonly assets: {
                readonly [key: string]: components["schemas"]["HistorySummary"];
            };
            /** @description Assets of backgrounds. */
            readonly background_asset_ids: readonly components["schemas"]["Id"][];
            /** @description Assets of the brand. */
            readonly brand_asset_ids: readonly components["schemas"]["Id"][];
            /** @description Assets of the characters. */
            readonly character_asset_ids: readonly components["schemas"]["Id"][];
            /** @description Its characters. */
            readonly characters: readonly components["schemas"]["FigureReply"][];
            /** @description When it was made, RFC 3339. */
            readonly created_at: components["schemas"]["Time"];
            /** @description What it is about. */
            readonly description?: components["schemas"]["Text"];
            /** @description What other systems call it, by the system's name. */
            readonly external_codes: components["schemas"]["ExternalCodes"];
            /**
             * @description What its folder in the mount is called: its id, unless it was given another name. Null gives
             *     it the id again.
             */
            readonly folder?: components["schemas"]["FolderName"];
            /** @description Its id and its folder's name. */
            readonly id: components["schemas"]["ProjectId"];
            /** @description Its locations. */
            readonly locations: readonly components["schemas"]["FigureReply"][];
            /** @description Whatever else there is to keep, as it was sent. */
            readonly metadata: components["schemas"]["Metadata"];
            /** @description Its moods. */
            readonly moods: readonly components["schemas"]["MoodReply"][];
            /** @description What people call it. */
            readonly name: components["schemas"]["Name"];
            /** @description Its folder in the mount, relative to the mount's root. */
            readonly path: string;
            /** @description What it refers to outside. */
            readonly references: readonly components["schemas"]["Reference"][];
            /**
             * Format: uint64
             * @description The claim that last changed the record.
             */
            readonly revision: number;
            /** @description Its scenes by number. */
            readonly scenes: readonly components["schemas"]["SceneReply"][];
            /** @description How far it is. */
            readonly stats: components["schemas"]["ProjectStats"];
            /** @description What it should become. */
            readonly storyboard?: components["schemas"]["Storyboard"];
            /** @description Free words. */
            readonly tags: readonly components["schemas"]["Word"][];
            /** @description Its timelines. */
            readonly timelines: readonly components["schemas"]["TimelineReply"][];
            /** @description When its record was last written, RFC 3339. */
            readonly updated_at: components["schemas"]["Time"];
            /** @description Who owns it. */
            readonly user_id: components["schemas"]["Id"];
        };
        /** @description A page of prompts, in the order in which they came. */
        readonly PromptPage: {
            /** @description Asks for the next page as `?cursor=`; absent on the last one. */
            readonly next_cursor?: string;
            /** @description At most as many as the limit. */
            readonly prompts: readonly components["schemas"]["PromptReply"][];
        };
        /** @description What is said about a prompt. */
        readonly PromptPatch: {
            /** @description What was made with it. */
            readonly asset_ids?: readonly components["schemas"]["Id"][] | null;
            /** @description Who wrote it. */
            readonly author?: components["schemas"]["Author"] | null;
            /** @description The prompts of the project it was made from. */
            readonly derived_from?: readonly components["schemas"]["Id"][] | null;
            /** @description Where that stands outside. */
            readonly external_references?: readonly components["schemas"]["ReferenceInput"][] | null;
            /** @description What it is for: seed, edit, animation, refined, … An open set. */
            readonly kind?: components["schemas"]["Word"] | null;
            /** @description Whatever else there is to keep, as it was sent. */
            readonly metadata?: components["schemas"]["MetadataPatch"] | null;
            readonly project_code?: components["schemas"]["Line"] | null;
            /** @description What was said that led to it. */
            readonly source_transcripts?: readonly components["schemas"]["Text"][] | null;
            /** @description The prompt. */
            readonly text?: components["schemas"]["FullText"] | null;
            readonly workflow_id?: components["schemas"]["Line"] | null;
        };
        readonly PromptReply: {
            /** @description What was made with it. */
            readonly asset_ids: readonly components["schemas"]["Id"][];
            /** @description Its histories by asset key; timelines and prompts have none. */
            readonly assets?: {
                readonly [key: string]: components["schemas"]["HistorySummary"];
            };
            /** @description Who wrote it. */
            readonly author: components["schemas"]["Author"];
            /** @description When it was made. */
            readonly created_at: components["schemas"]["Time"];
            /** @description The prompts of the project it was made from. */
            readonly derived_from: readonly components["schemas"]["Id"][];
            /** @description Where that stands outside. */
            readonly external_references: readonly components["schemas"]["Reference"][];
            /** @description Its id. */
            readonly id: components["schemas"]["Id"];
            /** @description What it is for: seed, edit, animation, refined, … An open set. */
            readonly kind: components["schemas"]["Word"];
            /** @description Whatever else there is to keep, as it was sent. */
            readonly metadata: components["schemas"]["Metadata"];
            /** @description What another system calls the project. */
            readonly project_code?: components["schemas"]["Line"];
            /** @description The project it belongs to. */
            readonly project_id: components["schemas"]["ProjectId"];
            /** @description The claim that last changed it. */
            readonly revision: number;
            /** @description What was said that led to it. */
            readonly source_transcripts: readonly components["schemas"]["Text"][];
            /** @description The prompt. */
            readonly text: components["schemas"]["FullText"];
            /** @description When its record was last written. */
            readonly updated_at: components["schemas"]["Time"];
            /** @description The workflow that made it or that it is for. */
            readonly workflow_id?: components["schemas"]["Line"];
        };
        /** @description What `GET /ready` says with 200. With 503 it says a problem, `starting` with its progress. */
        readonly Ready: {
            /** @description The search: everything else is served while its index is made anew. */
            readonly search?: components["schemas"]["SearchReady"];
            /** @description `ready`. */
            readonly status: string;
        };
        /** @description Something outside that a record refers to. */
        readonly Reference: {
            /** @description Which chapter of it. */
            readonly chapter?: components["schemas"]["Title"];
            /** @description What there is to say of it. */
            readonly note?: components["schemas"]["Text"];
            /** @description Which segment of it. */
            readonly segment?: components["schemas"]["Title"];
            /** @description What it is called. */
            readonly title?: components["schemas"]["Title"];
            /** @description Where it is. */
            readonly url?: components["schemas"]["Title"];
        };
        /** @description Something outside that a record refers to. */
        readonly ReferenceInput: {
            readonly chapter?: components["schemas"]["Title"] | null;
            readonly note?: components["schemas"]["Text"] | null;
            readonly segment?: components["schemas"]["Title"] | null;
            readonly title?: components["schemas"]["Title"] | null;
            readonly url?: components["schemas"]["Title"] | null;
        };
        readonly ReindexJob: {
            /** @description When it ended. */
            readonly ended_at?: components["schemas"]["Time"];
            /** @description What it has done until now. */
            readonly report?: components["schemas"]["ReindexReport"];
            /** @description When it started. */
            readonly started_at?: components["schemas"]["Time"];
            /** @description How it stands. */
            readonly status: components["schemas"]["JobStatus"];
            /** @description Why it failed. */
            readonly why?: string;
        };
        /** @description What a reindex has done. */
        readonly ReindexReport: {
            /**
             * Format: uint64
             * @description Entries whose bytes are not there any more.
             */
            readonly dropped: number;
            /**
             * Format: uint64
             * @description Entries that were missing or different.
             */
            readonly entered: number;
            /**
             * Format: uint64
             * @description Files that were looked at.
             */
            readonly files: number;
            /**
             * Format: uint64
             * @description Files that could not be used.
             */
            readonly refused: number;
        };
        /** @description Asks for another order of a project's scenes. */
        readonly Reorder: {
            /** @description Each scene once, by id, in the wanted order. */
            readonly scene_ids: readonly components["schemas"]["Id"][];
        };
        /**
         * @description What a user may do beside looking after its own things.
         * @enum {string}
         */
        readonly Role: "user" | "admin";
        /**
         * @description The histories of a scene by asset key, and beside them where the files are that stand for the
         *     four that every scene may have.
         */
        readonly SceneAssets: {
            /** @description The current file of `scene_audio`. */
            readonly audio_path?: string;
            /** @description The current file of `composition`, relative to the mount's root. */
            readonly composition_path?: string;
            /** @description When the newest of these was recorded, RFC 3339. */
            readonly generated_at?: components["schemas"]["Time"];
            /** @description The current file of `scene_thumbnail`. */
            readonly thumbnail_path?: string;
            /** @description The current file of `scene_video`. */
            readonly video_path?: string;
        } & {
            readonly [key: string]: components["schemas"]["HistorySummary"];
        };
        /** @description a scene's number */
        readonly SceneNumber: number;
        /** @description The scenes of a project. */
        readonly ScenePage: {
            /** @description Asks for the next page as `?cursor=`; absent on the last one. */
            readonly next_cursor?: string;
            /** @description At most as many as the limit, by number. */
            readonly scenes: readonly components["schemas"]["SceneReply"][];
        };
        /** @description What is said about a scene. */
        readonly ScenePatch: {
            readonly composition?: components["schemas"]["CompositionPatch"] | null;
            readonly description?: components["schemas"]["Text"] | null;
            /**
             * Format: double
             * @description How long it should be, in seconds.
             */
            readonly duration_seconds?: number | null;
            /** @description Whatever else there is to keep, as it was sent. */
            readonly metadata?: components["schemas"]["MetadataPatch"] | null;
            /** @description Its title; may be empty. */
            readonly title?: components["schemas"]["Title"] | null;
        };
        /** @description A scene with its histories. */
        readonly SceneReply: {
            /** @description Its histories. */
            readonly assets: components["schemas"]["SceneAssets"];
            /** @description How it is composed. */
            readonly composition?: components["schemas"]["Composition"];
            /** @description When it was made, RFC 3339. */
            readonly created_at: components["schemas"]["Time"];
            /** @description What happens. */
            readonly description?: components["schemas"]["Text"];
            /**
             * Format: double
             * @description How long it should be, in seconds.
             */
            readonly duration_seconds?: number;
            /** @description Its id, a UUID. */
            readonly id: components["schemas"]["Id"];
            /** @description Whatever else there is to keep, as it was sent. */
            readonly metadata: components["schemas"]["Metadata"];
            /** @description Its folder in the mount, relative to the mount's root. */
            readonly path: string;
            /** @description The project it belongs to. */
            readonly project_id: components["schemas"]["ProjectId"];
            /**
             * Format: uint64
             * @description The claim that last changed the record.
             */
            readonly revision: number;
            /**
             * Format: uint32
             * @description Its place in the project, from 1.
             */
            readonly scene_number: number;
            /** @description Its title; may be empty. */
            readonly title: components["schemas"]["Title"];
            /** @description When its record was last written, RFC 3339. */
            readonly updated_at: components["schemas"]["Time"];
        };
        /** @description What of the project in the path a history belongs to; nothing named is the project itself. */
        readonly ScopeMembers: {
            /** @description A character. */
            readonly character_id?: string;
            /** @description The same as an array of one id. */
            readonly character_ids?: readonly string[];
            /** @description A location. */
            readonly location_id?: string;
            /** @description The same as an array of one id. */
            readonly location_ids?: readonly string[];
            /** @description A mood. */
            readonly mood_id?: string;
            /** @description The project; only the one in the path. */
            readonly project_id?: string;
            /** @description A scene, by its id. */
            readonly scene_id?: string;
            /**
             * Format: uint32
             * @description A scene, by its number; beside its id, as in answers, that counts.
             */
            readonly scene_number?: number;
        };
        /** @description What of the project in the path a history belongs to; nothing named is the project itself. */
        readonly ScopeMembersInput: {
            /** @description A character. */
            readonly character_id?: string | null;
            /** @description The same as an array of one id. */
            readonly character_ids?: readonly string[];
            /** @description A location. */
            readonly location_id?: string | null;
            /** @description The same as an array of one id. */
            readonly location_ids?: readonly string[];
            /** @description A mood. */
            readonly mood_id?: string | null;
            /** @description The project; only the one in the path. */
            readonly project_id?: string | null;
            /** @description A scene, by its id. */
            readonly scene_id?: string | null;
            /**
             * Format: uint32
             * @description A scene, by its number; beside its id, as in answers, that counts.
             */
            readonly scene_number?: number | null;
        };
        readonly ScrubJob: {
            /** @description When it ended. */
            readonly ended_at?: components["schemas"]["Time"];
            /** @description What it has done until now. */
            readonly report?: components["schemas"]["ScrubReport"];
            /** @description When it started. */
            readonly started_at?: components["schemas"]["Time"];
            /** @description How it stands. */
            readonly status: components["schemas"]["JobStatus"];
            /** @description Why it failed. */
            readonly why?: string;
        };
        /** @description How far a scrub has come, also before a restart. */
        readonly ScrubReport: {
            /**
             * Format: uint64
             * @description Bytes that were read.
             */
            readonly bytes: number;
            /**
             * Format: uint64
             * @description Bytes that there are.
             */
            readonly bytes_total: number;
            /** @description When the last complete one ended, RFC 3339. */
            readonly completed_at?: components["schemas"]["Time"];
            /**
             * Format: uint64
             * @description Damaged files that were met.
             */
            readonly damaged: number;
            /**
             * Format: uint64
             * @description Files that were read.
             */
            readonly files: number;
            /**
             * Format: uint64
             * @description Files that there are.
             */
            readonly files_total: number;
            /**
             * Format: uint64
             * @description Those of them that are whole again.
             */
            readonly healed: number;
            /**
             * Format: uint64
             * @description Files that could not be read or judged.
             */
            readonly unreadable: number;
        };
        /** @description How far the search index is. */
        readonly SearchReady: {
            /**
             * Format: uint32
             * @description How much of it is there, in percent.
             */
            readonly percent: number;
            /** @description `ready`, or `rebuilding`: searches are refused then, as `busy`. */
            readonly status: string;
        };
        /** @description Chooses the best version of a history. */
        readonly SetBest: {
            /**
             * Format: uint32
             * @description Which version; it must have bytes and not be deleted.
             */
            readonly version: number;
        };
        readonly Sign: {
            /** @description The asset. */
            readonly asset_id: components["schemas"]["Id"];
            /** @description For how many seconds. */
            readonly expires_in: number;
        } | {
            /** @description For how many seconds. */
            readonly expires_in: number;
            /** @description Its place in the mount, as replies give it. */
            readonly path: string;
        };
        /** @description A signed URL. */
        readonly Signed: {
            /** @description Until when, RFC 3339. */
            readonly expires_at: components["schemas"]["Time"];
            /** @description The URL, absolute. Whoever has it may read these bytes. */
            readonly url: components["schemas"]["Url"];
        };
        /** @description `POST …/signing-keys`: which key signs from now on. */
        readonly SigningKeys: {
            /** @description Names the key that signs. */
            readonly current: string;
            /** @description Names the one whose URLs stay valid until they expire. */
            readonly previous?: string;
        };
        /** @description Starts a scrub. */
        readonly StartScrub: {
            /** @description How hard it works. */
            readonly pace?: components["schemas"]["Pace"];
        };
        /** @description Frees released bytes. */
        readonly StartSweep: {
            /**
             * @description Compacts every pack of which less than half is needed; else only those in which this sweep
             *     left less.
             * @default true
             */
            readonly compact?: boolean;
            /**
             * @description Only says what it would do. So it is unless told otherwise.
             * @default true
             */
            readonly dry_run?: boolean;
            /**
             * Format: uint64
             * @description How long they must have been released, in seconds; 7 days when it is left out.
             */
            readonly grace_s?: number | null;
        };
        /** @description How many assets there are. */
        readonly StatsReply: {
            /** @description How many stand where: ready, failed, archived, deleted. */
            readonly by_status: {
                readonly [key: string]: number;
            };
            /** @description How many that are not deleted are of each kind of media. */
            readonly by_type: {
                readonly [key: string]: number;
            };
            /**
             * Format: uint64
             * @description The sum of the sizes of those, whatever they share.
             */
            readonly logical_bytes: number;
        };
        /**
         * @description Where a generation stands.
         * @enum {string}
         */
        readonly Status: "ready" | "failed" | "archived" | "deleted";
        /** @description What lies on the disk. It is counted now and then. */
        readonly Stored: {
            /**
             * Format: double
             * @description Bytes of packed records for each byte that they take.
             */
            readonly compression_ratio: number;
            /** @description Different contents, each at its full length. */
            readonly contents: components["schemas"]["Amount"];
            /**
             * Format: uint64
             * @description Damaged contents.
             */
            readonly damaged: number;
            /**
             * Format: double
             * @description Bytes of all users' assets for each byte on the disk.
             */
            readonly dedup_ratio: number;
            /**
             * Format: uint64
             * @description Bytes on the disk: wholes, packs and quarantine.
             */
            readonly disk_bytes: number;
            /** @description Contents that share parts with others. */
            readonly in_ranges: components["schemas"]["Amount"];
            /**
             * Format: uint64
             * @description Bytes of all users' assets, whatever they share.
             */
            readonly logical_bytes: number;
            /** @description Small contents, as they lie in packs. */
            readonly packed: components["schemas"]["Amount"];
            /** @description Files of small contents, chunks and manifests. */
            readonly packs: components["schemas"]["Amount"];
            /** @description Files that were damaged and are kept aside. */
            readonly quarantine: components["schemas"]["Amount"];
            /** @description Files that hold exactly one content. */
            readonly wholes: components["schemas"]["Amount"];
        };
        /**
         * @description How a content lies on the disk.
         * @enum {string}
         */
        readonly StoredAs: "whole" | "packed" | "in_ranges";
        /** @description What a user has and, for admins, what that takes on the disk. */
        readonly StoreStats: {
            /** @description The contents by media type, the largest share first. */
            readonly by_type: readonly components["schemas"]["TypeStats"][];
            /** @description The same contents, each counted once. */
            readonly contents: components["schemas"]["Amount"];
            /** @description Whether `by_type` and `contents` hold everything: they are counted up to a limit. */
            readonly is_complete: boolean;
            /**
             * Format: uint64
             * @description Bytes of the user's assets, whatever they share.
             */
            readonly logical_bytes: number;
            /** @description The whole store, of all users. */
            readonly store?: components["schemas"]["Stored"];
        };
        /** @description What a project should become. */
        readonly Storyboard: {
            /** @description What was ordered. */
            readonly creative_brief?: components["schemas"]["CreativeBrief"];
            /** @description Its id; made when it is left out. */
            readonly id: components["schemas"]["Line"];
            /** @description A mood of the project, by id. */
            readonly selected_mood?: components["schemas"]["Id"];
            /** @description Its title. */
            readonly title: components["schemas"]["Title"];
        };
        /** @description What a project should become. */
        readonly StoryboardInput: {
            readonly creative_brief?: components["schemas"]["CreativeBriefInput"] | null;
            /**
             * @description Its id; made when it is left out.
             * @default
             */
            readonly id?: components["schemas"]["Line"];
            readonly selected_mood?: components["schemas"]["Id"] | null;
            /**
             * @description Its title.
             * @default
             */
            readonly title?: components["schemas"]["Title"];
        };
        /** @description What a project should become. */
        readonly StoryboardPatch: {
            readonly creative_brief?: components["schemas"]["CreativeBriefPatch"] | null;
            /** @description Its id; made when it is left out. */
            readonly id?: components["schemas"]["Line"] | null;
            readonly selected_mood?: components["schemas"]["Id"] | null;
            /** @description Its title. */
            readonly title?: components["schemas"]["Title"] | null;
        };
        readonly SweepJob: {
            /** @description When it ended. */
            readonly ended_at?: components["schemas"]["Time"];
            /** @description What it has done until now. */
            readonly report?: components["schemas"]["SweepReport"];
            /** @description When it started. */
            readonly started_at?: components["schemas"]["Time"];
            /** @description How it stands. */
            readonly status: components["schemas"]["JobStatus"];
            /** @description Why it failed. */
            readonly why?: string;
        };
        /** @description What a sweep has freed, or would free. */
        readonly SweepReport: {
            /**
             * Format: uint64
             * @description Bytes of files that are gone, packs included.
             */
            readonly bytes: number;
            /**
             * Format: uint64
             * @description Bytes in packs that nothing needs any more; they go with their packs.
             */
            readonly bytes_dead: number;
            /**
             * Format: uint64
             * @description Bytes that others need and that were written anew.
             */
            readonly bytes_moved: number;
            /**
             * Format: uint64
             * @description Contents that are freed.
             */
            readonly contents: number;
            /** @description Whether it only looked. */
            readonly dry_run: boolean;
            /** @description The first of them, and why. */
            readonly left: readonly components["schemas"]["LeftAlone"][];
            /**
             * Format: uint64
             * @description Contents that were left alone.
             */
            readonly left_count: number;
            /**
             * Format: uint64
             * @description Contents that were looked at until now. The other figures come at the end.
             */
            readonly looked_at: number;
            /**
             * Format: uint64
             * @description Packs that are gone.
             */
            readonly packs: number;
            /** @description Packs that could have been compacted and were left alone. */
            readonly packs_left: readonly components["schemas"]["PackLeft"][];
        };
        /** @description A tag. */
        readonly TagCount: {
            /**
             * Format: uint64
             * @description How many assets have it that are not deleted.
             */
            readonly count: number;
            /** @description The word. */
            readonly tag: string;
        };
        /** @description A page of tags, in order. */
        readonly TagPage: {
            /** @description Asks for the next page as `?cursor=`; absent on the last one. */
            readonly next_cursor?: string;
            /** @description At most as many as the limit. */
            readonly tags: readonly components["schemas"]["TagCount"][];
        };
        /** @description a text, perhaps empty */
        readonly Text: string;
        /**
         * Format: date-time
         * @description a time (RFC 3339)
         */
        readonly Time: string;
        /** @description A page of timelines, in the order in which they came. */
        readonly TimelinePage: {
            /** @description Asks for the next page as `?cursor=`; absent on the last one. */
            readonly next_cursor?: string;
            /** @description At most as many as the limit. */
            readonly timelines: readonly components["schemas"]["TimelineReply"][];
        };
        /** @description What is said about a timeline. */
        readonly TimelinePatch: {
            /** @description Its clips, in order. */
            readonly clips?: readonly components["schemas"]["ClipInput"][] | null;
            /** @description Whatever else there is to keep, as it was sent. */
            readonly metadata?: components["schemas"]["MetadataPatch"] | null;
            /** @description What it is called. */
            readonly name?: components["schemas"]["Name"] | null;
        };
        readonly TimelineReply: {
            /** @description Its histories by asset key; timelines and prompts have none. */
            readonly assets?: {
                readonly [key: string]: components["schemas"]["HistorySummary"];
            };
            /** @description Its clips, in order. */
            readonly clips: readonly components["schemas"]["Clip"][];
            /** @description When it was made. */
            readonly created_at: components["schemas"]["Time"];
            /** @description Its id. */
            readonly id: components["schemas"]["Id"];
            /** @description Whatever else there is to keep, as it was sent. */
            readonly metadata: components["schemas"]["Metadata"];
            /** @description What it is called. */
            readonly name: components["schemas"]["Name"];
            /** @description The project it belongs to. */
            readonly project_id: components["schemas"]["ProjectId"];
            /** @description The claim that last changed it. */
            readonly revision: number;
            /** @description When its record was last written. */
            readonly updated_at: components["schemas"]["Time"];
        };
        /** @description one line, perhaps empty */
        readonly Title: string;
        /** @description The tokens of one user. */
        readonly TokenList: {
            /** @description All of them, oldest first. */
            readonly tokens: readonly components["schemas"]["TokenReply"][];
        };
        /** @description A token that was just made. Its secret is shown here and never again. */
        readonly TokenMade: {
            /** @description What it may do. */
            readonly access: components["schemas"]["Access"];
            /** @description When it was made, RFC 3339. */
            readonly created_at: components["schemas"]["Time"];
            /** @description When it ends; absent where it does not. */
            readonly expires_at?: components["schemas"]["Time"];
            /** @description Its id, a UUID; it says nothing of the secret. */
            readonly id: components["schemas"]["Id"];
            /** @description When it was last used, as far as the running daemon knows. */
            readonly last_used_at?: components["schemas"]["Time"];
            /** @description What people call it. */
            readonly name: string;
            /** @description The one project that it sees. */
            readonly project_id?: components["schemas"]["ProjectId"];
            /** @description The secret, as `Authorization: Bearer` takes it. */
            readonly token: string;
            /** @description Whom it speaks for. */
            readonly user_id: components["schemas"]["Id"];
        };
        /** @description A token without its secret. */
        readonly TokenReply: {
            /** @description What it may do. */
            readonly access: components["schemas"]["Access"];
            /** @description When it was made, RFC 3339. */
            readonly created_at: components["schemas"]["Time"];
            /** @description When it ends; absent where it does not. */
            readonly expires_at?: components["schemas"]["Time"];
            /** @description Its id, a UUID; it says nothing of the secret. */
            readonly id: components["schemas"]["Id"];
            /** @description When it was last used, as far as the running daemon knows. */
            readonly last_used_at?: components["schemas"]["Time"];
            /** @description What people call it. */
            readonly name: string;
            /** @description The one project that it sees. */
            readonly project_id?: components["schemas"]["ProjectId"];
            /** @description Whom it speaks for. */
            readonly user_id: components["schemas"]["Id"];
        };
        /** @description A user's contents of one media type. */
        readonly TypeStats: {
            /** @description How many assets have one, and their bytes. */
            readonly assets: components["schemas"]["Amount"];
            /** @description The media type (RFC 6838). */
            readonly media_type: string;
        };
        /**
         * Format: uri
         * @description an absolute URL (RFC 3986)
         */
        readonly Url: string;
        /** @description a short name that may be a file's */
        readonly UserName: string;
        /** @description A page of users, in the order in which they came. */
        readonly UserPage: {
            /** @description Asks for the next page as `?cursor=`; absent on the last one. */
            readonly next_cursor?: string;
            /** @description At most as many as the limit. */
            readonly users: readonly components["schemas"]["UserReply"][];
        };
        /** @description `PATCH …/users/{id}`: what becomes of a user. What is absent stays as it is. */
        readonly UserPatch: {
            /** @description Whether nothing is answered to it any more. */
            readonly is_disabled?: boolean | null;
            readonly name?: components["schemas"]["UserName"] | null;
            readonly role?: components["schemas"]["Role"] | null;
        };
        /** @description A user. */
        readonly UserReply: {
            /** @description When it was made, RFC 3339. */
            readonly created_at: components["schemas"]["Time"];
            /** @description Its id, a UUID. */
            readonly id: components["schemas"]["Id"];
            /** @description Whether nothing is answered to it any more. */
            readonly is_disabled: boolean;
            /** @description Who issues the tokens by which it is known; absent where only the daemon's own do. */
            readonly issuer?: string;
            /** @description Its name, unique. */
            readonly name: string;
            /**
             * Format: uint64
             * @description The claim that last changed it.
             */
            readonly revision: number;
            /** @description What it may do. */
            readonly role: components["schemas"]["Role"];
            /** @description What that issuer calls it. */
            readonly subject?: string;
        };
        /** @description How a content is. */
        readonly Verified: {
            /** @description Which content. */
            readonly digest: components["schemas"]["Digest"];
            /** @description `sound`, `healed`, `damaged` or `missing`. */
            readonly status: string;
            /** @description What is wrong with it, and what to do. */
            readonly why?: string;
        };
        readonly Verify: {
            /** @description The content. */
            readonly digest: components["schemas"]["Digest"];
        } | {
            /** @description An asset's content. */
            readonly asset_id: components["schemas"]["Id"];
        };
        /** @description Why one entry of a request was refused. */
        readonly VersionFailure: {
            /** @description The history's key, as it was sent. */
            readonly asset_key: string;
            /** @description Which one, from 0. */
            readonly index: number;
            /** @description Why. */
            readonly problem: components["schemas"]["Problem"];
            /** @description What it was for. */
            readonly scope: components["schemas"]["ScopeMembers"];
        };
        /** @description Asks for versions of one history. */
        readonly VersionQuery: {
            /** @description Its key. */
            readonly asset_key: string;
            /** @description What it belongs to. */
            readonly scope?: components["schemas"]["ScopeMembersInput"];
            /** @description Which ones. */
            readonly which: components["schemas"]["WhichInput"];
        };
        /** @description The versions of one history that were asked for. */
        readonly VersionsFound: {
            /** @description Its key. */
            readonly asset_key: string;
            /** @description What it belongs to. */
            readonly scope: components["schemas"]["ScopeMembers"];
            /** @description The versions; none where there is no such history or version. */
            readonly versions: readonly components["schemas"]["AssetReply"][];
            /** @description Which ones were asked for. */
            readonly which: components["schemas"]["Which"];
        };
        /** @description What became of new versions. */
        readonly VersionsMade: {
            /** @description Those that were refused; the others hold. */
            readonly errors: readonly components["schemas"]["VersionFailure"][];
            /** @description Those that were made, in the order of the request. */
            readonly versions: readonly components["schemas"]["AssetReply"][];
        };
        /** @description A version with bytes, in short. */
        readonly VersionSummary: {
            /** @description Its asset. */
            readonly asset_id: components["schemas"]["Id"];
            /** @description When it was recorded, RFC 3339. */
            readonly created_at: components["schemas"]["Time"];
            /** @description BLAKE3-256 of the bytes. */
            readonly digest: components["schemas"]["Digest"];
            /**
             * @description The history's current file in the mount, relative to the mount's root; absent where the
             *     mount does not show it.
             */
            readonly path?: string;
            /**
             * Format: uint64
             * @description How many bytes.
             */
            readonly size: number;
            /** @description Where its bytes are, absolute; needs the bearer token. */
            readonly url: components["schemas"]["Url"];
            /**
             * Format: uint32
             * @description Its number, from 1.
             */
            readonly version: number;
        };
        /**
         * @description Which version of a history: `best` (what stands for it: the chosen one, else the latest ready
         *     one), `latest`, `all`, or a number.
         */
        readonly Which: number | components["schemas"]["WhichWord"];
        /**
         * @description Which version of a history: `best` (what stands for it: the chosen one, else the latest ready
         *     one), `latest`, `all`, or a number.
         */
        readonly WhichInput: number | components["schemas"]["WhichWord"];
        /**
         * @description Which version of a history, by a word.
         * @enum {string}
         */
        readonly WhichWord: "best" | "latest" | "all";
        /** @description one line, not empty */
        readonly Word: string;
    };
    responses: {
        /** @description Refused: `bad_request` (the request is malformed). */
        readonly Problem400: {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description Refused: `unauthorized` (a valid bearer token is needed). */
        readonly Problem401: {
            headers: {
                /** @description `Bearer`. */
                readonly "WWW-Authenticate"?: string;
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description Refused: `cross_origin` (changes from another origin are refused), `forbidden` (not allowed). */
        readonly Problem403: {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description Refused: `not_found` (not found), `deleted` (the asset is deleted). */
        readonly Problem404: {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description Refused: `timeout` (the request took too long to arrive). */
        readonly Problem408: {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description Refused: `taken` (taken), `running` (running already), `not_now` (not now). */
        readonly Problem409: {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description Refused: `gone` (the bytes are gone). */
        readonly Problem410: {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description Refused: `changed` (changed meanwhile). */
        readonly Problem412: {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description Refused: `too_large` (too large). */
        readonly Problem413: {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description Refused: `unsupported_media_type` (unsupported media type). */
        readonly Problem415: {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description Refused: `range_not_satisfiable` (range not satisfiable). */
        readonly Problem416: {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description Refused: `misdirected` (this daemon does not answer for that host). */
        readonly Problem421: {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description Refused: `invalid` (a field is not acceptable), `bytes_needed` (the bytes themselves are needed), `key_reused` (the idempotency key was used for another request). */
        readonly Problem422: {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description Refused: `internal` (the daemon failed), `damaged` (the stored bytes are damaged). */
        readonly Problem500: {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description Refused: `not_yet` (not there yet). */
        readonly Problem501: {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description Refused: `busy` (the daemon is busy), `starting` (the daemon is starting), `read_only` (the daemon takes no writes), `outcome_unknown` (the outcome is unknown). */
        readonly Problem503: {
            headers: {
                /** @description In seconds. */
                readonly "Retry-After"?: number;
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description Refused: `disk_full` (the disk is full). */
        readonly Problem507: {
            headers: {
                /** @description In seconds. */
                readonly "Retry-After"?: number;
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": components["schemas"]["Problem"];
            };
        };
    };
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type Access = components['schemas']['Access'];
export type Amount = components['schemas']['Amount'];
export type AssetKey = components['schemas']['AssetKey'];
export type AssetPage = components['schemas']['AssetPage'];
export type AssetPatch = components['schemas']['AssetPatch'];
export type AssetReply = components['schemas']['AssetReply'];
export type AssetsFound = components['schemas']['AssetsFound'];
export type Author = components['schemas']['Author'];
export type BestChoice = components['schemas']['BestChoice'];
export type BestPage = components['schemas']['BestPage'];
export type BestsReply = components['schemas']['BestsReply'];
export type BestVersion = components['schemas']['BestVersion'];
export type CharacterPage = components['schemas']['CharacterPage'];
export type Check = components['schemas']['Check'];
export type Clip = components['schemas']['Clip'];
export type ClipInput = components['schemas']['ClipInput'];
export type Comparison = components['schemas']['Comparison'];
export type Composition = components['schemas']['Composition'];
export type CompositionInput = components['schemas']['CompositionInput'];
export type CompositionPatch = components['schemas']['CompositionPatch'];
export type CostGroup = components['schemas']['CostGroup'];
export type CostReport = components['schemas']['CostReport'];
export type Costs = components['schemas']['Costs'];
export type CreativeBrief = components['schemas']['CreativeBrief'];
export type CreativeBriefInput = components['schemas']['CreativeBriefInput'];
export type CreativeBriefPatch = components['schemas']['CreativeBriefPatch'];
export type DamageEntry = components['schemas']['DamageEntry'];
export type DamageList = components['schemas']['DamageList'];
export type Difference = components['schemas']['Difference'];
export type Digest = components['schemas']['Digest'];
export type Digests = components['schemas']['Digests'];
export type DigestsInput = components['schemas']['DigestsInput'];
export type Evaluation = components['schemas']['Evaluation'];
export type ExternalCodes = components['schemas']['ExternalCodes'];
export type ExternalCodesInput = components['schemas']['ExternalCodesInput'];
export type ExternalCodesPatch = components['schemas']['ExternalCodesPatch'];
export type FacetCount = components['schemas']['FacetCount'];
export type FigurePatch = components['schemas']['FigurePatch'];
export type FigureReply = components['schemas']['FigureReply'];
export type Finding = components['schemas']['Finding'];
export type FolderName = components['schemas']['FolderName'];
export type FoundContent = components['schemas']['FoundContent'];
export type FoundPage = components['schemas']['FoundPage'];
export type FreeFound = components['schemas']['FreeFound'];
export type FullText = components['schemas']['FullText'];
export type Health = components['schemas']['Health'];
export type Histories = components['schemas']['Histories'];
export type HistoryReply = components['schemas']['HistoryReply'];
export type HistorySummary = components['schemas']['HistorySummary'];
export type Id = components['schemas']['Id'];
export type JobStatus = components['schemas']['JobStatus'];
export type LeftAlone = components['schemas']['LeftAlone'];
export type Line = components['schemas']['Line'];
export type Lineage = components['schemas']['Lineage'];
export type LineageEdge = components['schemas']['LineageEdge'];
export type LineageNode = components['schemas']['LineageNode'];
export type LocationPage = components['schemas']['LocationPage'];
export type Metadata = components['schemas']['Metadata'];
export type MetadataInput = components['schemas']['MetadataInput'];
export type MetadataPatch = components['schemas']['MetadataPatch'];
export type MoodPage = components['schemas']['MoodPage'];
export type MoodPatch = components['schemas']['MoodPatch'];
export type MoodReply = components['schemas']['MoodReply'];
export type MountHealth = components['schemas']['MountHealth'];
export type Name = components['schemas']['Name'];
export type NewFigure = components['schemas']['NewFigure'];
export type NewMood = components['schemas']['NewMood'];
export type NewProject = components['schemas']['NewProject'];
export type NewPrompt = components['schemas']['NewPrompt'];
export type NewScene = components['schemas']['NewScene'];
export type NewTimeline = components['schemas']['NewTimeline'];
export type NewToken = components['schemas']['NewToken'];
export type NewUser = components['schemas']['NewUser'];
export type NewVersion = components['schemas']['NewVersion'];
export type Pace = components['schemas']['Pace'];
export type PackLeft = components['schemas']['PackLeft'];
export type PatchStatus = components['schemas']['PatchStatus'];
export type Problem = components['schemas']['Problem'];
export type ProblemCode = components['schemas']['ProblemCode'];
export type Progress = components['schemas']['Progress'];
export type ProjectId = components['schemas']['ProjectId'];
export type ProjectPage = components['schemas']['ProjectPage'];
export type ProjectPatch = components['schemas']['ProjectPatch'];
export type ProjectReply = components['schemas']['ProjectReply'];
export type ProjectStats = components['schemas']['ProjectStats'];
export type ProjectView = components['schemas']['ProjectView'];
export type PromptPage = components['schemas']['PromptPage'];
export type PromptPatch = components['schemas']['PromptPatch'];
export type PromptReply = components['schemas']['PromptReply'];
export type Ready = components['schemas']['Ready'];
export type Reference = components['schemas']['Reference'];
export type ReferenceInput = components['schemas']['ReferenceInput'];
export type ReindexJob = components['schemas']['ReindexJob'];
export type ReindexReport = components['schemas']['ReindexReport'];
export type Reorder = components['schemas']['Reorder'];
export type Role = components['schemas']['Role'];
export type SceneAssets = components['schemas']['SceneAssets'];
export type SceneNumber = components['schemas']['SceneNumber'];
export type ScenePage = components['schemas']['ScenePage'];
export type ScenePatch = components['schemas']['ScenePatch'];
export type SceneReply = components['schemas']['SceneReply'];
export type ScopeMembers = components['schemas']['ScopeMembers'];
export type ScopeMembersInput = components['schemas']['ScopeMembersInput'];
export type ScrubJob = components['schemas']['ScrubJob'];
export type ScrubReport = components['schemas']['ScrubReport'];
export type SearchReady = components['schemas']['SearchReady'];
export type SetBest = components['schemas']['SetBest'];
export type Sign = components['schemas']['Sign'];
export type Signed = components['schemas']['Signed'];
export type SigningKeys = components['schemas']['SigningKeys'];
export type StartScrub = components['schemas']['StartScrub'];
export type StartSweep = components['schemas']['StartSweep'];
export type StatsReply = components['schemas']['StatsReply'];
export type Status = components['schemas']['Status'];
export type Stored = components['schemas']['Stored'];
export type StoredAs = components['schemas']['StoredAs'];
export type StoreStats = components['schemas']['StoreStats'];
export type Storyboard = components['schemas']['Storyboard'];
export type StoryboardInput = components['schemas']['StoryboardInput'];
export type StoryboardPatch = components['schemas']['StoryboardPatch'];
export type SweepJob = components['schemas']['SweepJob'];
export type SweepReport = components['schemas']['SweepReport'];
export type TagCount = components['schemas']['TagCount'];
export type TagPage = components['schemas']['TagPage'];
export type Text = components['schemas']['Text'];
export type Time = components['schemas']['Time'];
export type TimelinePage = components['schemas']['TimelinePage'];
export type TimelinePatch = components['schemas']['TimelinePatch'];
export type TimelineReply = components['schemas']['TimelineReply'];
export type Title = components['schemas']['Title'];
export type TokenList = components['schemas']['TokenList'];
export type TokenMade = components['schemas']['TokenMade'];
export type TokenReply = components['schemas']['TokenReply'];
export type TypeStats = components['schemas']['TypeStats'];
export type Url = components['schemas']['Url'];
export type UserName = components['schemas']['UserName'];
export type UserPage = components['schemas']['UserPage'];
export type UserPatch = components['schemas']['UserPatch'];
export type UserReply = components['schemas']['UserReply'];
export type Verified = components['schemas']['Verified'];
export type Verify = components['schemas']['Verify'];
export type VersionFailure = components['schemas']['VersionFailure'];
export type VersionQuery = components['schemas']['VersionQuery'];
export type VersionsFound = components['schemas']['VersionsFound'];
export type VersionsMade = components['schemas']['VersionsMade'];
export type VersionSummary = components['schemas']['VersionSummary'];
export type Which = components['schemas']['Which'];
export type WhichInput = components['schemas']['WhichInput'];
export type WhichWord = components['schemas']['WhichWord'];
export type Word = components['schemas']['Word'];
export type ResponseProblem400 = components['responses']['Problem400'];
export type ResponseProblem401 = components['responses']['Problem401'];
export type ResponseProblem403 = components['responses']['Problem403'];
export type ResponseProblem404 = components['responses']['Problem404'];
export type ResponseProblem408 = components['responses']['Problem408'];
export type ResponseProblem409 = components['responses']['Problem409'];
export type ResponseProblem410 = components['responses']['Problem410'];
export type ResponseProblem412 = components['responses']['Problem412'];
export type ResponseProblem413 = components['responses']['Problem413'];
export type ResponseProblem415 = components['responses']['Problem415'];
export type ResponseProblem416 = components['responses']['Problem416'];
export type ResponseProblem421 = components['responses']['Problem421'];
export type ResponseProblem422 = components['responses']['Problem422'];
export type ResponseProblem500 = components['responses']['Problem500'];
export type ResponseProblem501 = components['responses']['Problem501'];
export type ResponseProblem503 = components['responses']['Problem503'];
export type ResponseProblem507 = components['responses']['Problem507'];
export type $defs = Record<string, never>;
export interface operations {
    readonly get_image: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description The `ETag` of what the client has. */
                readonly "If-None-Match"?: string;
                /** @description Which bytes (RFC 9110, section 14): one range. */
                readonly Range?: string;
            };
            readonly path: {
                /**
                 * @description The asset.
                 * @example 0193a5b0-7c3e-7000-8000-000000000007
                 */
                readonly asset: components["schemas"]["Id"];
                /**
                 * @description The asset's role.
                 * @example keyframe
                 */
                readonly asset_type: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description All of them. */
            readonly 200: {
                headers: {
                    /** @description Names this very answer (RFC 9110, section 8.8.3). */
                    readonly ETag?: string;
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "*/*": unknown;
                };
            };
            /** @description Those of the range. */
            readonly 206: {
                headers: {
                    /** @description Which of how many (RFC 9110). */
                    readonly "Content-Range"?: string;
                    /** @description Names this very answer (RFC 9110, section 8.8.3). */
                    readonly ETag?: string;
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "*/*": unknown;
                };
            };
            /** @description The client has them already. */
            readonly 304: {
                headers: {
                    /** @description Names this very answer (RFC 9110, section 8.8.3). */
                    readonly ETag?: string;
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly 400: components["responses"]["Problem400"];
            readonly 401: components["responses"]["Problem401"];
            readonly 403: components["responses"]["Problem403"];
            readonly 404: components["responses"]["Problem404"];
            readonly 416: components["responses"]["Problem416"];
            readonly 421: components["responses"]["Problem421"];
            readonly 500: components["responses"]["Problem500"];
            readonly 503: components["responses"]["Problem503"];
        };
    };
    readonly get_thumbnail: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /**
                 * @description The asset.
                 * @example 0193a5b0-7c3e-7000-8000-000000000007
                 */
                readonly asset: components["schemas"]["Id"];
                /**
                 * @description The asset's role.
                 * @example keyframe
                 */
                readonly asset_type: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            readonly 400: components["responses"]["Problem400"];
            readonly 401: components["responses"]["Problem401"];
            readonly 403: components["responses"]["Problem403"];
            readonly 404: components["responses"]["Problem404"];
            readonly 421: components["responses"]["Problem421"];
            readonly 500: components["responses"]["Problem500"];
            readonly 501: components["responses"]["Problem501"];
            readonly 503: components["responses"]["Problem503"];
        };
    };
    readonly list_assets: {
        readonly parameters: {
            readonly query?: {
                /** @description Those of histories with this key. */
                readonly asset_key?: string;
                /** @description Those with a role. */
                readonly asset_type?: string;
                /** @description The one to which the client gave this id. */
                readonly client_id?: string;
                /** @description Those that cost no more. */
                readonly cost_max?: number;
                /** @description Those that cost as much. */
                readonly cost_min?: number;
                /** @description The `next_cursor` of the page before. */
                readonly cursor?: string;
                /** @description What is counted. */
                readonly facets?: readonly ("type" | "asset_type" | "provider" | "model" | "status" | "tag" | "project_id")[];
                /** @description A day or a time (RFC 3339), such as 2026-11-21. */
                readonly from?: string;
                /** @description At most how many entries. */
                readonly limit?: number;
                /** @description Those that it made. */
                readonly model?: string;
                /**
                 * @description Those of a project.
                 * @example fox-story
                 */
                readonly project_id?: components["schemas"]["ProjectId"];
                /** @description Those that it ran. */
                readonly provider?: string;
                /** @description Words; in quotes those next to each other, with - before them none of those. */
                readonly q?: string;
                /**
                 * @description Those of a scene, by its id; or by its number, with `project_id`.
                 * @example 0193a5b0-7c3e-7000-8000-000000000001
                 */
                readonly scene_id?: string;
                /** @description Those made with a seed. */
                readonly seed?: string;
                /** @description Their order. */
                readonly sort?: "relevance" | "newest" | "oldest" | "cost" | "-cost" | "name";
                /** @description Those that stand so. */
                readonly status?: "ready" | "failed" | "archived";
                /** @description Those with a tag. */
                readonly tag?: string;
                /** @description A day or a time (RFC 3339), such as 2026-11-21. */
                readonly to?: string;
                /** @description Those of a kind of media. */
                readonly type?: string;
            };
            readonly header?: {
                /** @description The `ETag` of what the client has. */
                readonly "If-None-Match"?: string;
            };
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description What is asked for. */
            readonly 200: {
                headers: {
                    /** @description Names this very answer (RFC 9110, section 8.8.3). */
                    readonly ETag?: string;
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["AssetsFound"];
                };
            };
            /** @description The client has it already. */
            readonly 304: {
                headers: {
                    /** @description Names this very answer (RFC 9110, section 8.8.3). */
                    readonly ETag?: string;
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly 400: components["responses"]["Problem400"];
            readonly 401: components["responses"]["Problem401"];
            readonly 403: components["responses"]["Problem403"];
            readonly 404: components["responses"]["Problem404"];
            readonly 421: components["responses"]["Problem421"];
            readonly 500: components["responses"]["Problem500"];
            readonly 503: components["responses"]["Problem503"];
        };
    };
    readonly get_asset: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description The `ETag` of what the client has. */
                readonly "If-None-Match"?: string;
            };
            readonly path: {
                /**
                 * @description The asset.
                 * @example 0193a5b0-7c3e-7000-8000-000000000007
                 */
                readonly asset: components["schemas"]["Id"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description What is asked for. */
            readonly 200: {
                headers: {
                    /** @description Names this very answer (RFC 9110, section 8.8.3). */
                    readonly ETag?: string;
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["AssetReply"];
                };
            };
            /** @description The client has it already. */
            readonly 304: {
                headers: {
                    /** @description Names this very answer (RFC 9110, section 8.8.3). */
                    readonly ETag?: string;
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly 400: components["responses"]["Problem400"];
            readonly 401: components["responses"]["Problem401"];
            readonly 403: components["responses"]["Problem403"];
            readonly 404: components["responses"]["Problem404"];
            readonly 421: components["responses"]["Problem421"];
            readonly 500: components["responses"]["Problem500"];
            readonly 503: components["responses"]["Problem503"];
        };
    };
    readonly delete_asset: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Makes it safe to send the request again: the same key has the same outcome. */
                readonly "Idempotency-Key"?: string;
                /** @description Changes only the record that has this `ETag`. */
                readonly "If-Match"?: string;
            };
            readonly path: {
                /**
                 * @description The asset.
                 * @example 0193a5b0-7c3e-7000-8000-000000000007
                 */
                readonly asset: components["schemas"]["Id"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description What came of it. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["AssetReply"];
                };
            };
            readonly 400: components["responses"]["Problem400"];
            readonly 401: components["responses"]["Problem401"];
            readonly 403: components["responses"]["Problem403"];
            readonly 404: components["responses"]["Problem404"];
            readonly 412: components["responses"]["Problem412"];
            readonly 421: components["responses"]["Problem421"];
            readonly 422: components["responses"]["Problem422"];
            readonly 500: components["responses"]["Problem500"];
            readonly 503: components["responses"]["Problem503"];
            readonly 507: components["responses"]["Problem507"];
        };
    };
    readonly change_asset: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Makes it safe to send the request again: the same key has the same outcome. */
                readonly "Idempotency-Key"?: string;
                /** @description Changes only the record that has this `ETag`. */
                readonly "If-Match"?: string;
            };
            readonly path: {
                /**
                 * @description The asset.
                 * @example 0193a5b0-7c3e-7000-8000-000000000007
                 */
                readonly asset: components["schemas"]["Id"];
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                /**
                 * @example {
                 *       "filename": "dawn.mp4",
                 *       "status": "archived"
                 *     }
                 */
                readonly "application/json": components["schemas"]["AssetPatch"];
            };
        };
        readonly responses: {
            /** @description The record as it is now. */
            readonly 200: {
                headers: {
                    /** @description Names this very answer (RFC 9110, section 8.8.3). */
                    readonly ETag?: string;
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["AssetReply"];
                };
            };
            readonly 400: components["responses"]["Problem400"];
            readonly 401: components["responses"]["Problem401"];
            readonly 403: components["responses"]["Problem403"];
            readonly 404: components["responses"]["Problem404"];
            readonly 408: components["responses"]["Problem408"];
            readonly 412: components["responses"]["Problem412"];
            readonly 413: components["responses"]["Problem413"];
            readonly 415: components["responses"]["Problem415"];
            readonly 421: components["responses"]["Problem421"];
            readonly 422: components["responses"]["Problem422"];
            readonly 500: components["responses"]["Problem500"];
            readonly 503: components["responses"]["Problem503"];
            readonly 507: components["responses"]["Problem507"];
        };
    };
    readonly get_asset_data: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description The `ETag` of what the client has. */
                readonly "If-None-Match"?: string;
                /** @description Which bytes (RFC 9110, section 14): one range. */
                readonly Range?: string;
            };
            readonly path: {
                /**
                 * @description The asset.
                 * @example 0193a5b0-7c3e-7000-8000-000000000007
                 */
                readonly asset: components["schemas"]["Id"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description All of them. */
            readonly 200: {
                headers: {
                    /** @description Names this very answer (RFC 9110, section 8.8.3). */
                    readonly ETag?: string;
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "*/*": unknown;
                };
            };
            /** @description Those of the range. */
            readonly 206: {
                headers: {
                    /** @description Which of how many (RFC 9110). */
                    readonly "Content-Range"?: string;
                    /** @description Names this very answer (RFC 9110, section 8.8.3). */
                    readonly ETag?: string;
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "*/*": unknown;
                };
            };
            /** @description The client has them already. */
            readonly 304: {
                headers: {
                    /** @description Names this very answer (RFC 9110, section 8.8.3). */
                    readonly ETag?: string;
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly 400: components["responses"]["Problem400"];
            readonly 401: components["responses"]["Problem401"];
            readonly 403: components["responses"]["Problem403"];
            readonly 404: components["responses"]["Problem404"];
            readonly 416: components["responses"]["Problem416"];
            readonly 421: components["responses"]["Problem421"];
            readonly 500: components["responses"]["Problem500"];
            readonly 503: components["responses"]["Problem503"];
        };
    };
    readonly get_lineage: {
        readonly parameters: {
            readonly query?: {
                /** @description How many steps are followed; 3 without it. */
                readonly depth?: number;
            };
            readonly header?: {
                /** @description The `ETag` of what the client has. */
                readonly "If-None-Match"?: string;
            };
            readonly path: {
                /**
                 * @description The asset.
                 * @example 0193a5b0-7c3e-7000-8000-000000000007
                 */
                readonly asset: components["schemas"]["Id"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description What is asked for. */
            readonly 200: {
                headers: {
                    /** @description Names this very answer (RFC 9110, section 8.8.3). */
                    readonly ETag?: string;
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Lineage"];
                };
            };
            /** @description The client has it already. */
            readonly 304: {
                headers: {
                    /** @description Names this very answer (RFC 9110, section 8.8.3). */
                    readonly ETag?: string;
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly 400: components["responses"]["Problem400"];
            readonly 401: components["responses"]["Problem401"];
            readonly 403: components["responses"]["Problem403"];
            readonly 404: components["responses"]["Problem404"];
            readonly 421: components["responses"]["Problem421"];
            readonly 500: components["responses"]["Problem500"];
            readonly 503: components["responses"]["Problem503"];
        };
    };
    readonly restore_asset: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Makes it safe to send the request again: the same key has the same outcome. */
                readonly "Idempotency-Key"?: string;
            };
            readonly path: {
                /**
                 * @description The asset.
                 * @example 0193a5b0-7c3e-7000-8000-000000000007
                 */
                readonly asset: components["schemas"]["Id"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description What came of it. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["AssetReply"];
                };
            };
            readonly 400: components["responses"]["Problem400"];
            readonly 401: components["responses"]["Problem401"];
            readonly 403: components["responses"]["Problem403"];
            readonly 404: components["responses"]["Problem404"];
            readonly 410: components["responses"]["Problem410"];
            readonly 421: components["responses"]["Problem421"];
            readonly 422: components["responses"]["Problem422"];
            readonly 500: components["responses"]["Problem500"];
            readonly 503: components["responses"]["Problem503"];
            readonly 507: components["responses"]["Problem507"];
        };
    };
    readonly generate_audio: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            readonly 400: components["responses"]["Problem400"];
            readonly 401: components["responses"]["Problem401"];
            readonly 403: components["responses"]["Problem403"];
            readonly 421: components["responses"]["Problem421"];
            readonly 500: components["responses"]["Problem500"];
            readonly 501: components["responses"]["Problem501"];
            readonly 503: components["responses"]["Problem503"];
            readonly 507: components["responses"]["Problem507"];
        };
    };
    readonly compare_assets: {
        readonly parameters: {
            readonly query: {
                /**
                 * @description One asset.
                 * @example 0193a5b0-7c3e-7000-8000-000000000007
                 */
                readonly a: string;
                /**
                 * @description The other one.
                 * @example 0193a5b0-7c3e-7000-8000-000000000008
                 */
                readonly b: string;
            };
            readonly header?: {
                /** @description The `ETag` of what the client has. */
                readonly "If-None-Match"?: string;
            };
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description What is asked for. */
            readonly 200: {
                headers: {
                    /** @description Names this very answer (RFC 9110, section 8.8.3). */
                    readonly ETag?: string;
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Comparison"];
                };
            };
            /** @description The client has it already. */
            readonly 304: {
                headers: {
                    /** @description Names this very answer (RFC 9110, section 8.8.3). */
                    readonly ETag?: string;
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly 400: components["responses"]["Problem400"];
            readonly 401: components["responses"]["Problem401"];
            readonly 403: components["responses"]["Problem403"];
            readonly 404: components["responses"]["Problem404"];
            readonly 421: components["responses"]["Problem421"];
            readonly 500: components["responses"]["Problem500"];
            readonly 503: components["responses"]["Problem503"];
        };
    };
    readonly generate_composition: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            readonly 400: components["responses"]["Problem400"];
            readonly 401: components["responses"]["Problem401"];
            readonly 403: components["responses"]["Problem403"];
            readonly 421: components["responses"]["Problem421"];
            readonly 500: components["responses"]["Problem500"];
            readonly 501: components["responses"]["Problem501"];
            readonly 503: components["responses"]["Problem503"];
            readonly 507: components["responses"]["Problem507"];
        };
    };
    readonly known_contents: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                /**
                 * @example {
                 *       "digests": [
                 *         "8a1f62a0d3c18ee1e9e0e4b52d2fd0a28d2af6a1f1c4d6f0f8b3f8a94f4d6a77"
                 *       ]
                 *     }
                 */
                readonly "application/json": components["schemas"]["DigestsInput"];
            };
        };
        readonly responses: {
            /** @description What came of it. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Digests"];
                };
            };
            readonly 400: components["responses"]["Problem400"];
            readonly 401: components["responses"]["Problem401"];
            readonly 403: components["responses"]["Problem403"];
            readonly 408: components["responses"]["Problem408"];
            readonly 413: components["responses"]["Problem413"];
            readonly 415: components["responses"]["Problem415"];
            readonly 421: components["responses"]["Problem421"];
            readonly 422: components["responses"]["Problem422"];
            readonly 500: components["responses"]["Problem500"];
            readonly 503: components["responses"]["Problem503"];
        };
    };
    readonly get_costs: {
        readonly parameters: {
            readonly query?: {
                /** @description The `next_cursor` of the page before. */
                readonly cursor?: string;
                /** @description From this month on, such as 2026-11. */
                readonly from?: string;
                /** @description What they are summed by; project without it. */
                readonly group_by?: "project" | "scene" | "provider" | "model" | "month";
                /** @description At most how many entries. */
                readonly limit?: number;
                /**
                 * @description Those of a project.
                 * @example fox-story
                 */
                readonly project_id?: components["schemas"]["ProjectId"];
                /** @description Up to and with this month. */
                readonly to?: string;
            };
            readonly header?: {
                /** @description The `ETag` of what the client has. */
                readonly "If-None-Match"?: string;
            };
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description What is asked for. */
            readonly 200: {
                headers: {
                    /** @description Names this very answer (RFC 9110, section 8.8.3). */
                    readonly ETag?: string;
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["CostReport"];
                };
            };
            /** @description The client has it already. */
            readonly 304: {
                headers: {
                    /** @description Names this very answer (RFC 9110, section 8.8.3). */
                    readonly ETag?: string;
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly 400: components["responses"]["Problem400"];
            readonly 401: components["responses"]["Problem401"];
            readonly 403: components["responses"]["Problem403"];
            readonly 404: components["responses"]["Problem404"];
            readonly 421: components["responses"]["Problem421"];
            readonly 500: components["responses"]["Problem500"];
            readonly 503: components["responses"]["Problem503"];
        };
    };
    readonly generate_mood: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            readonly 400: components["responses"]["Problem400"];
            readonly 401: components["responses"]["Problem401"];
            readonly 403: components["responses"]["Problem403"];
            readonly 421: components["responses"]["Problem421"];
            readonly 500: components["responses"]["Problem500"];
            readonly 501: components["responses"]["Problem501"];
            readonly 503: components["responses"]["Problem503"];
            readonly 507: components["responses"]["Problem507"];
        };
    };
    readonly list_projects: {
        readonly parameters: {
            readonly query?: {
                /** @description The `next_cursor` of the page before. */
                readonly cursor?: components["schemas"]["ProjectId"];
                /** @description At most how many entries. */
                readonly limit?: number;
            };
            readonly header?: {
                /** @description The `ETag` of what the client has. */
                readonly "If-None-Match"?: string;
            };
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description What is asked for. */
            readonly 200: {
                headers: {
                    /** @description Names this very answer (RFC 9110, section 8.8.3). */
                    readonly ETag?: string;
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ProjectPage"];
                };
            };
            /** @description The client has it already. */
            readonly 304: {
                headers: {
                    /** @description Names this very answer (RFC 9110, section 8.8.3). */
                    readonly ETag?: string;
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly 400: components["responses"]["Problem400"];
            readonly 401: components["responses"]["Problem401"];
            readonly 403: components["responses"]["Problem403"];
            readonly 421: components["responses"]["Problem421"];
            readonly 500: components["responses"]["Problem500"];
            readonly 503: components["responses"]["Problem503"];
        };
    };
    readonly create_project: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Makes it safe to send the request again: the same key has the same outcome. */
                readonly "Idempotency-Key"?: string;
            };
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                /**
                 * @example {
                 *       "name": "The fox at dawn",
                 *       "storyboard": {
                 *         "title": "Pilot",
                 *         "creative_brief": {
                 *           "tone": "quiet"
                 *         }
                 *       },
                 *       "scenes": [
                 *         {
                 *           "title": "Dawn",
                 *           "duration_seconds": 4.5
                 *         },
                 *         {
                 *           "title": "The chase"
                 *         }
                 *       ],
                 *       "characters": [
                 *         {
                 *           "name": "The fox"
                 *         }
                 *       ],
                 *       "moods": [
                 *         {
                 *           "name": "Warm",
                 *           "color_palette": [
                 *             "#f4a259"
                 *           ]
                 *         }
                 *       ],
                 *       "external_codes": {
                 *         "studio": "VSS-001"
                 *       },
                 *       "tags": [
                 *         "demo"
                 *       ]
                 *     }
                 */
                readonly "application/json": components["schemas"]["NewProject"];
            };
        };
        readonly responses: {
            /** @description What was made. */
            readonly 201: {
                headers: {
                    /** @description Where it is, absolute. */
                    readonly Location?: string;
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ProjectView"];
                };
            };
            readonly 400: components["responses"]["Problem400"];
            readonly 401: components["responses"]["Problem401"];
            readonly 403: components["responses"]["Problem403"];
            readonly 408: components["responses"]["Problem408"];
            readonly 409: components["responses"]["Problem409"];
            readonly 413: components["responses"]["Problem413"];
            readonly 415: components["responses"]["Problem415"];
            readonly 421: components["responses"]["Problem421"];
            readonly 422: components["responses"]["Problem422"];
            readonly 500: components["responses"]["Problem500"];
            readonly 503: components["responses"]["Problem503"];
            readonly 507: components["responses"]["Problem507"];
        };
    };
    readonly get_project: {
        readonly parameters: {
            readonly query?: {
                /** @description The project as it was at this revision. */
                readonly as_of?: number;
            };
            readonly header?: {
                /** @description The `ETag` of what the client has. */
                readonly "If-None-Match"?: string;
            };
            readonly path: {
                /**
                 * @description The project.
                 * @example fox-story
                 */
                readonly project: components["schemas"]["ProjectId"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description What is asked for. */
            readonly 200: {
                headers: {
                    /** @description Names this very answer (RFC 9110, section 8.8.3). */
                    readonly ETag?: string;
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ProjectView"];
                };
            };
            /** @description The client has it already. */
            readonly 304: {
                headers: {
                    /** @description Names this very answer (RFC 9110, section 8.8.3). */
                    readonly ETag?: string;
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly 400: components["responses"]["Problem400"];
            readonly 401: components["responses"]["Problem401"];
            readonly 403: components["responses"]["Problem403"];
            readonly 404: components["responses"]["Problem404"];
            readonly 421: components["responses"]["Problem421"];
            readonly 500: components["responses"]["Problem500"];
            readonly 503: components["responses"]["Problem503"];
        };
    };
    readonly delete_project: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Makes it safe to send the request again: the same key has the same outcome. */
                readonly "Idempotency-Key"?: string;
                /** @description Changes only the record that has this `ETag`. */
                readonly "If-Match"?: string;
            };
            readonly path: {
                /**
                 * @description The project.
                 * @example fox-story
                 */
                readonly project: components["schemas"]["ProjectId"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description It is gone. */
            readonly 204: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly 400: components["responses"]["Problem400"];
            readonly 401: components["responses"]["Problem401"];
            readonly 403: components["responses"]["Problem403"];
            readonly 404: components["responses"]["Problem404"];
            readonly 412: components["responses"]["Problem412"];
            readonly 421: components["responses"]["Problem421"];
            readonly 422: components["responses"]["Problem422"];
            readonly 500: components["responses"]["Problem500"];
            readonly 503: components["responses"]["Problem503"];
            readonly 507: components["responses"]["Problem507"];
        };
    };
    readonly change_project: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Makes it safe to send the request again: the same key has the same outcome. */
                readonly "Idempotency-Key"?: string;
                /** @description Changes only the record that has this `ETag`. */
                readonly "If-Match"?: string;
            };
            readonly path: {
                /**
                 * @description The project.
                 * @example fox-story
                 */
                readonly project: components["schemas"]["ProjectId"];
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                /**
                 * @example {
                 *       "description": "Three scenes.",
                 *       "archived_at": null
                 *     }
                 */
                readonly "application/json": components["schemas"]["ProjectPatch"];
                /**
                 * @example {
                 *       "description": "Three scenes.",
                 *       "archived_at": null
                 *     }
                 */
                readonly "application/merge-patch+json": components["schemas"]["ProjectPatch"];
            };
        };
        readonly responses: {
            /** @description The record as it is now. */
            readonly 200: {
                headers: {
                    /** @description Names this very answer (RFC 9110, section 8.8.3). */
                    readonly ETag?: string;
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ProjectView"];
                };
            };
            readonly 400: components["responses"]["Problem400"];
            readonly 401: components["responses"]["Problem401"];
            readonly 403: components["responses"]["Problem403"];
            readonly 404: components["responses"]["Problem404"];
            readonly 408: components["responses"]["Problem408"];
            readonly 412: components["responses"]["Problem412"];
            readonly 413: components["responses"]["Problem413"];
            readonly 415: components["responses"]["Problem415"];
            readonly 421: components["responses"]["Problem421"];
            readonly 422: components["responses"]["Problem422"];
            readonly 500: components["responses"]["Problem500"];
            readonly 503: components["responses"]["Problem503"];
            readonly 507: components["responses"]["Problem507"];
        };
    };
    readonly list_project_histories: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description The `ETag` of what the client has. */
                readonly "If-None-Match"?: string;
            };
            readonly path: {
                /**
                 * @description The project.
                 * @example fox-story
                 */
                readonly project: components["schemas"]["ProjectId"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description What is asked for. */
            readonly 200: {
                headers: {
                    /** @description Names this very answer (RFC 9110, section 8.8.3). */
                    readonly ETag?: string;
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Histories"];
                };
            };
            /** @description The client has it already. */
            readonly 304: {
                headers: {
                    /** @description Names this very answer (RFC 9110, section 8.8.3). */
                    readonly ETag?: string;
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly 400: components["responses"]["Problem400"];
            readonly 401: components["responses"]["Problem401"];
            readonly 403: components["responses"]["Problem403"];
            readonly 404: components["responses"]["Problem404"];
            readonly 421: components["responses"]["Problem421"];
            readonly 500: components["responses"]["Problem500"];
            readonly 503: components["responses"]["Problem503"];
        };
    };
    readonly get_project_history: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description The `ETag` of what the client has. */
                readonly "If-None-Match"?: string;
            };
            readonly path: {
                /**
                 * @description The history's key.
                 * @example scene_video
                 */
                readonly asset_key: components["schemas"]["AssetKey"];
                /**
                 * @description The project.
                 * @example fox-story
                 */
                readonly project: components["schemas"]["ProjectId"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description What is asked for. */
            readonly 200: {
                headers: {
                    /** @description Names this very answer (RFC 9110, section 8.8.3). */
                    readonly ETag?: string;
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["HistoryReply"];
                };
            };
            /** @description The client has it already. */
            readonly 304: {
                headers: {
                    /** @description Names this very answer (RFC 9110, section 8.8.3). */
                    readonly ETag?: string;
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly 400: components["responses"]["Problem400"];
            readonly 401: components["responses"]["Problem401"];
            readonly 403: components["responses"]["Problem403"];
            readonly 404: components["responses"]["Problem404"];
            readonly 421: components["responses"]["Problem421"];
            readonly 500: components["responses"]["Problem500"];
            readonly 503: components["responses"]["Problem503"];
        };
    };
    readonly choose_project_best: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Makes it safe to send the request again: the same key has the same outcome. */
                readonly "Idempotency-Key"?: string;
                /** @description Changes only the record that has this `ETag`. */
                readonly "If-Match"?: string;
            };
            readonly path: {
                /**
                 * @description The history's key.
                 * @example scene_video
                 */
                readonly asset_key: components["schemas"]["AssetKey"];
                /**
                 * @description The project.
                 * @example fox-story
                 */
                readonly project: components["schemas"]["ProjectId"];
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                /**
                 * @example {
                 *       "version": 1
                 *     }
                 */
                readonly "application/json": components["schemas"]["SetBest"];
            };
        };
        readonly responses: {
            /** @description The record as it is now. */
            readonly 200: {
                headers: {
                    /** @description Names this very answer (RFC 9110, section 8.8.3). */
                    readonly ETag?: string;
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["HistoryReply"];
                };
            };
            readonly 400: components["responses"]["Problem400"];
            readonly 401: components["responses"]["Problem401"];
            readonly 403: components["responses"]["Problem403"];
            readonly 404: components["responses"]["Problem404"];
            readonly 408: components["responses"]["Problem408"];
            readonly 412: components["responses"]["Problem412"];
            readonly 413: components["responses"]["Problem413"];
            readonly 415: components["responses"]["Problem415"];
            readonly 421: components["responses"]["Problem421"];
            readonly 422: components["responses"]["Problem422"];
            readonly 500: components["responses"]["Problem500"];
            readonly 503: components["responses"]["Problem503"];
            readonly 507: components["responses"]["Problem507"];
        };
    };
    readonly get_project_version: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description The `ETag` of what the client has. */
                readonly "If-None-Match"?: string;
            };
            readonly path: {
                /**
                 * @description The history's key.
                 * @example scene_video
                 */
                readonly asset_key: components["schemas"]["AssetKey"];
                /**
                 * @description The project.
                 * @example fox-story
                 */
                readonly project: components["schemas"]["ProjectId"];
                /**
                 * @description The version's number.
                 * @example 1
                 */
                readonly version: number;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description What is asked for. */
            readonly 200: {
                headers: {
                    /** @description Names this very answer (RFC 9110, section 8.8.3). */
                    readonly ETag?: string;
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["AssetReply"];
                };
            };
            /** @description The client has it already. */
            readonly 304: {
                headers: {
                    /** @description Names this very answer (RFC 9110, section 8.8.3). */
                    readonly ETag?: string;
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly 400: components["responses"]["Problem400"];
            readonly 401: components["responses"]["Problem401"];
            readonly 403: components["responses"]["Problem403"];
            readonly 404: components["responses"]["Problem404"];
            readonly 421: components["responses"]["Problem421"];
            readonly 500: components["responses"]["Problem500"];
            readonly 503: components["responses"]["Problem503"];
        };
    };
    readonly change_project_version: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Makes it safe to send the request again: the same key has the same outcome. */
                readonly "Idempotency-Key"?: string;
                /** @description Changes only the record that has this `ETag`. */
                readonly "If-Match"?: string;
            };
            readonly path: {
                /**
                 * @description The history's key.
                 * @example scene_video
                 */
                readonly asset_key: components["schemas"]["AssetKey"];
                /**
                 * @description The project.
                 * @example fox-story
                 */
                readonly project: components["schemas"]["ProjectId"];
                /**
                 * @description The version's number.
                 * @example 1
                 */
                readonly version: number;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                /**
                 * @example {
                 *       "notes": "The light is right.",
                 *       "tags": [
                 *         "wide"
                 *       ]
                 *     }
                 */
                readonly "application/json": components["schemas"]["AssetPatch"];
            };
        };
        readonly responses: {
            /** @description The record as it is now. */
            readonly 200: {
                headers: {
                    /** @description Names this very answer (RFC 9110, section 8.8.3). */
                    readonly ETag?: string;
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["AssetReply"];
                };
            };
            readonly 400: components["responses"]["Problem400"];
            readonly 401: components["responses"]["Problem401"];
            readonly 403: components["responses"]["Problem403"];
            readonly 404: components["responses"]["Problem404"];
            readonly 408: components["responses"]["Problem408"];
            readonly 412: components["responses"]["Problem412"];
            readonly 413: components["responses"]["Problem413"];
            readonly 415: components["responses"]["Problem415"];
            readonly 421: components["responses"]["Problem421"];
            readonly 422: components["responses"]["Problem422"];
            readonly 500: components["responses"]["Problem500"];
            readonly 503: components["responses"]["Problem503"];
            readonly 507: components["responses"]["Problem507"];
        };
    };
    readonly list_best: {
        readonly parameters: {
            readonly query?: {
                /** @description Those with these keys alone. */
                readonly keys?: readonly string[];
            };
            readonly header?: {
                /** @description The `ETag` of what the client has. */
                readonly "If-None-Match"?: string;
            };
            readonly path: {
                /**
                 * @description The project.
                 * @example fox-story
                 */
                readonly project: components["schemas"]["ProjectId"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description What is asked for. */
            readonly 200: {
                headers: {
                    /** @description Names this very answer (RFC 9110, section 8.8.3). */
                    readonly ETag?: string;
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["BestPage"];
                };
            };
            /** @description The client has it already. */
            readonly 304: {
                headers: {
                    /** @description Names this very answer (RFC 9110, section 8.8.3). */
                    readonly ETag?: string;
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly 400: components["responses"]["Problem400"];
            readonly 401: components["responses"]["Problem401"];
            readonly 403: components["responses"]["Problem403"];
            readonly 404: components["responses"]["Problem404"];
            readonly 421: components["responses"]["Problem421"];
            readonly 500: components["responses"]["Problem500"];
            readonly 503: components["responses"]["Problem503"];
        };
    };
    readonly list_characters: {
        readonly parameters: {
            readonly query?: {
                /** @description The `next_cursor` of the page before. */
                readonly cursor?: components["schemas"]["Id"];
                /** @description At most how many entries. */
                readonly limit?: number;
            };
            readonly header?: {
                /** @description The `ETag` of what the client has. */
                readonly "If-None-Match"?: string;
            };
            readonly path: {
                /**
                 * @description The project.
                 * @example fox-story
                 */
                readonly project: components["schemas"]["ProjectId"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description What is asked for. */
            readonly 200: {
                headers: {
                    /** @description Names this very answer (RFC 9110, section 8.8.3). */
                    readonly ETag?: string;
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["CharacterPage"];
                };
            };
            /** @description The client has it already. */
            readonly 304: {
                headers: {
                    /** @description Names this very answer (RFC 9110, section 8.8.3). */
                    readonly ETag?: string;
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly 400: components["responses"]["Problem400"];
            readonly 401: components["responses"]["Problem401"];
            readonly 403: components["responses"]["Problem403"];
            readonly 404: components["responses"]["Problem404"];
            readonly 421: components["responses"]["Problem421"];
            readonly 500: components["responses"]["Problem500"];
            readonly 503: components["responses"]["Problem503"];
        };
    };
    readonly add_character: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Makes it safe to send the request again: the same key has the same outcome. */
                readonly "Idempotency-Key"?: string;
            };
            readonly path: {
                /**
                 * @description The project.
                 * @example fox-story
                 */
                readonly project: components["schemas"]["ProjectId"];
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                /**
                 * @example {
                 *       "name": "The hare",
                 *       "description": "Seen in the first scene."
                 *     }
                 */
                readonly "application/json": components["schemas"]["NewFigure"];
            };
        };
        readonly responses: {
            /** @description What was made. */
            readonly 201: {
                headers: {
                    /** @description Where it is, absolute. */
                    readonly Location?: string;
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["FigureReply"];
                };
            };
            readonly 400: components["responses"]["Problem400"];
            readonly 401: components["responses"]["Problem401"];
            readonly 403: components["responses"]["Problem403"];
            readonly 404: components["responses"]["Problem404"];
            readonly 408: components["responses"]["Problem408"];
            readonly 409: components["responses"]["Problem409"];
            readonly 413: components["responses"]["Problem413"];
            readonly 415: components["responses"]["Problem415"];
            readonly 421: components["responses"]["Problem421"];
            readonly 422: components["responses"]["Problem422"];
            readonly 500: components["responses"]["Problem500"];
            readonly 503: components["responses"]["Problem503"];
            readonly 507: components["responses"]["Problem507"];
        };
    };
    readonly get_character: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description The `ETag` of what the client has. */
                readonly "If-None-Match"?: string;
            };
            readonly path: {
                /**
                 * @description The character.
                 * @example 0193a5b0-7c3e-7000-8000-000000000002
                 */
                readonly character: components["schemas"]["Id"];
                /**
                 * @description The project.
                 * @example fox-story
                 */
                readonly project: components["schemas"]["ProjectId"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description What is asked for. */
            readonly 200: {
                headers: {
                    /** @description Names this very answer (RFC 9110, section 8.8.3). */
                    readonly ETag?: string;
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["FigureReply"];
                };
            };
            /** @description The client has it already. */
            readonly 304: {
                headers: {
                    /** @description Names this very answer (RFC 9110, section 8.8.3). */
                    readonly ETag?: string;
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly 400: components["responses"]["Problem400"];
            readonly 401: components["responses"]["Problem401"];
            readonly 403: components["responses"]["Problem403"];
            readonly 404: components["responses"]["Problem404"];
            readonly 421: components["responses"]["Problem421"];
            readonly 500: components["responses"]["Problem500"];
            readonly 503: components["responses"]["Problem503"];
        };
    };
    readonly delete_character: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Makes it safe to send the request again: the same key has the same outcome. */
                readonly "Idempotency-Key"?: string;
                /** @description Changes only the record that has this `ETag`. */
                readonly "If-Match"?: string;
            };
            readonly path: {
                /**
                 * @description The character.
                 * @example 0193a5b0-7c3e-7000-8000-000000000002
                 */
                readonly character: components["schemas"]["Id"];
                /**
                 * @description The project.
                 * @example fox-story
                 */
                readonly project: components["schemas"]["ProjectId"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description It is gone. */
            readonly 204: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly 400: components["responses"]["Problem400"];
            readonly 401: components["responses"]["Problem401"];
            readonly 403: components["responses"]["Problem403"];
            readonly 404: components["responses"]["Problem404"];
            readonly 412: components["responses"]["Problem412"];
            readonly 421: components["responses"]["Problem421"];
            readonly 422: components["responses"]["Problem422"];
            readonly 500: components["responses"]["Problem500"];
            readonly 503: components["responses"]["Problem503"];
            readonly 507: components["responses"]["Problem507"];
        };
    };
    readonly change_character: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Makes it safe to send the request again: the same key has the same outcome. */
                readonly "Idempotency-Key"?: string;
                /** @description Changes only the record that has this `ETag`. */
                readonly "If-Match"?: string;
            };
            readonly path: {
                /**
                 * @description The character.
                 * @example 0193a5b0-7c3e-7000-8000-000000000002
                 */
                readonly character: components["schemas"]["Id"];
                /**
                 * @description The project.
                 * @example fox-story
                 */
                readonly project: components["schemas"]["ProjectId"];
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                /**
                 * @example {
                 *       "metadata": {
                 *         "seen": true,
                 *         "draft": null
                 *       }
                 *     }
                 */
                readonly "application/json": components["schemas"]["FigurePatch"];
                /**
                 * @example {
                 *       "metadata": {
                 *         "seen": true,
                 *         "draft": null
                 *       }
                 *     }
                 */
                readonly "application/merge-patch+json": components["schemas"]["FigurePatch"];
            };
        };
        readonly responses: {
            /** @description The record as it is now. */
            readonly 200: {
                headers: {
                    /** @description Names this very answer (RFC 9110, section 8.8.3). */
                    readonly ETag?: string;
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["FigureReply"];
                };
            };
            readonly 400: components["responses"]["Problem400"];
            readonly 401: components["responses"]["Problem401"];
            readonly 403: components["responses"]["Problem403"];
            readonly 404: components["responses"]["Problem404"];
            readonly 408: components["responses"]["Problem408"];
            readonly 412: components["responses"]["Problem412"];
            readonly 413: components["responses"]["Problem413"];
            readonly 415: components["responses"]["Problem415"];
            readonly 421: components["responses"]["Problem421"];
            readonly 422: components["responses"]["Problem422"];
            readonly 500: components["responses"]["Problem500"];
            readonly 503: components["responses"]["Problem503"];
            readonly 507: components["responses"]["Problem507"];
        };
    };
    readonly list_character_histories: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description The `ETag` of what the client has. */
                readonly "If-None-Match"?: string;
            };
            readonly path: {
                /**
                 * @description The character.
                 * @example 0193a5b0-7c3e-7000-8000-000000000002
                 */
                readonly character: components["schemas"]["Id"];
                /**
                 * @description The project.
                 * @example fox-story
                 */
                readonly project: components["schemas"]["ProjectId"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description What is asked for. */
            readonly 200: {
                headers: {
                    /** @description Names this very answer (RFC 9110, section 8.8.3). */
                    readonly ETag?: string;
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Histories"];
                };
            };
            /** @description The client has it already. */
            readonly 304: {
                headers: {
                    /** @description Names this very answer (RFC 9110, section 8.8.3). */
                    readonly ETag?: string;
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly 400: components["responses"]["Problem400"];
            readonly 401: components["responses"]["Problem401"];
            readonly 403: components["responses"]["Problem403"];
            readonly 404: components["responses"]["Problem404"];
            readonly 421: components["responses"]["Problem421"];
            readonly 500: components["responses"]["Problem500"];
            readonly 503: components["responses"]["Problem503"];
        };
    };
    readonly get_character_history: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description The `ETag` of what the client has. */
                readonly "If-None-Match"?: string;
            };
            readonly path: {
                /**
                 * @description The history's key.
                 * @example scene_video
                 */
                readonly asset_key: components["schemas"]["AssetKey"];
                /**
                 * @description The character.
                 * @example 0193a5b0-7c3e-7000-8000-000000000002
                 */
                readonly character: components["schemas"]["Id"];
                /**
                 * @description The project.
                 * @example fox-story
                 */
                readonly project: components["schemas"]["ProjectId"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description What is asked for. */
            readonly 200: {
                headers: {
                    /** @description Names this very answer (RFC 9110, section 8.8.3). */
                    readonly ETag?: string;
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["HistoryReply"];
                };
            };
            /** @description The client has it already. */
            readonly 304: {
                headers: {
                    /** @description Names this very answer (RFC 9110, section 8.8.3). */
                    readonly ETag?: string;
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly 400: components["responses"]["Problem400"];
            readonly 401: components["responses"]["Problem401"];
            readonly 403: components["responses"]["Problem403"];
            readonly 404: components["responses"]["Problem404"];
            readonly 421: components["responses"]["Problem421"];
            readonly 500: components["responses"]["Problem500"];
            readonly 503: components["responses"]["Problem503"];
        };
    };
    readonly choose_character_best: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Makes it safe to send the request again: the same key has the same outcome. */
                readonly "Idempotency-Key"?: string;
                /** @description Changes only the record that has this `ETag`. */
                readonly "If-Match"?: string;
            };
            readonly path: {
                /**
                 * @description The history's key.
                 * @example scene_video
                 */
                readonly asset_key: components["schemas"]["AssetKey"];
                /**
                 * @description The character.
                 * @example 0193a5b0-7c3e-7000-8000-000000000002
                 */
                readonly character: components["schemas"]["Id"];
                /**
                 * @description The project.
                 * @example fox-story
                 */
                readonly project: components["schemas"]["ProjectId"];
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                /**
                 * @example {
                 *       "version": 1
                 *     }
                 */
                readonly "application/json": components["schemas"]["SetBest"];
            };
        };
        readonly responses: {
            /** @description The record as it is now. */
            readonly 200: {
                headers: {
                    /** @description Names this very answer (RFC 9110, section 8.8.3). */
                    readonly ETag?: string;
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["HistoryReply"];
                };
            };
            readonly 400: components["responses"]["Problem400"];
            readonly 401: components["responses"]["Problem401"];
            readonly 403: components["responses"]["Problem403"];
            readonly 404: components["responses"]["Problem404"];
            readonly 408: components["responses"]["Problem408"];
            readonly 412: components["responses"]["Problem412"];
            readonly 413: components["responses"]["Problem413"];
            readonly 415: components["responses"]["Problem415"];
            readonly 421: components["responses"]["Problem421"];
            readonly 422: components["responses"]["Problem422"];
            readonly 500: components["responses"]["Problem500"];
            readonly 503: components["responses"]["Problem503"];
            readonly 507: components["responses"]["Problem507"];
        };
    };
    readonly get_character_version: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description The `ETag` of what the client has. */
                readonly "If-None-Match"?: string;
            };
            readonly path: {
                /**
                 * @description The history's key.
                 * @example scene_video
                 */
                readonly asset_key: components["schemas"]["AssetKey"];
                /**
                 * @description The character.
                 * @example 0193a5b0-7c3e-7000-8000-000000000002
                 */
                readonly character: components["schemas"]["Id"];
                /**
                 * @description The project.
                 * @example fox-story
                 */
                readonly project: components["schemas"]["ProjectId"];
                /**
                 * @description The version's number.
                 * @example 1
                 */
                readonly version: number;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description What is asked for. */
            readonly 200: {
                headers: {
                    /** @description Names this very answer (RFC 9110, section 8.8.3). */
                    readonly ETag?: string;
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["AssetReply"];
                };
            };
            /** @description The client has it already. */
            readonly 304: {
                headers: {
                    /** @description Names this very answer (RFC 9110, section 8.8.3). */
                    readonly ETag?: string;
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly 400: components["responses"]["Problem400"];
            readonly 401: components["responses"]["Problem401"];
            readonly 403: components["responses"]["Problem403"];
            readonly 404: components["responses"]["Problem404"];
            readonly 421: components["responses"]["Problem421"];
            readonly 500: components["responses"]["Problem500"];
            readonly 503: components["responses"]["Problem503"];
        };
    };
    readonly change_character_version: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Makes it safe to send the request again: the same key has the same outcome. */
                readonly "Idempotency-Key"?: string;
                /** @description Changes only the record that has this `ETag`. */
                readonly "If-Match"?: string;
            };
            readonly path: {
                /**
                 * @description The history's key.
                 * @example scene_video
                 */
                readonly asset_key: components["schemas"]["AssetKey"];
                /**
                 * @description The character.
                 * @example 0193a5b0-7c3e-7000-8000-000000000002
                 */
                readonly character: components["schemas"]["Id"];
                /**
                 * @description The project.
                 * @example fox-story
                 */
                readonly project: components["schemas"]["ProjectId"];
                /**
                 * @description The version's number.
                 * @example 1
                 */
                readonly version: number;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                /**
                 * @example {
                 *       "notes": "The light is right.",
                 *       "tags": [
                 *         "wide"
                 *       ]
                 *     }
                 */
                readonly "application/json": components["schemas"]["AssetPatch"];
            };
        };
        readonly responses: {
            /** @description The record as it is now. */
            readonly 200: {
                headers: {
                    /** @description Names this very answer (RFC 9110, section 8.8.3). */
                    readonly ETag?: string;
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["AssetReply"];
                };
            };
            readonly 400: components["responses"]["Problem400"];
            readonly 401: components["responses"]["Problem401"];
            readonly 403: components["responses"]["Problem403"];
            readonly 404: components["responses"]["Problem404"];
            readonly 408: components["responses"]["Problem408"];
            readonly 412: components["responses"]["Problem412"];
            readonly 413: components["responses"]["Problem413"];
            readonly 415: components["responses"]["Problem415"];
            readonly 421: components["responses"]["Problem421"];
            readonly 422: components["responses"]["Problem422"];
            readonly 500: components["responses"]["Problem500"];
            readonly 503: components["responses"]["Problem503"];
            readonly 507: components["responses"]["Problem507"];
        };
    };
    readonly restore_character: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Makes it safe to send the request again: the same key has the same outcome. */
                readonly "Idempotency-Key"?: string;
            };
            readonly path: {
                /**
                 * @description The character.
                 * @example 0193a5b0-7c3e-7000-8000-000000000002
                 */
                readonly character: components["schemas"]["Id"];
                /**
                 * @description The project.
                 * @example fox-story
                 */
                readonly project: components["schemas"]["ProjectId"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The record as it is now. */
            readonly 200: {
                headers: {
                    /** @description Names this very answer (RFC 9110, section 8.8.3). */
                    readonly ETag?: string;
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["FigureReply"];
                };
            };
            readonly 400: components["responses"]["Problem400"];
            readonly 401: components["responses"]["Problem401"];
            readonly 403: components["responses"]["Problem403"];
            readonly 404: components["responses"]["Problem404"];
            readonly 409: components["responses"]["Problem409"];
            readonly 410: components["responses"]["Problem410"];
            readonly 421: components["responses"]["Problem421"];
            readonly 422: components["responses"]["Problem422"];
            readonly 500: components["responses"]["Problem500"];
            readonly 503: components["responses"]["Problem503"];
            readonly 507: components["responses"]["Problem507"];
        };
    };
    readonly list_locations: {
        readonly parameters: {
            readonly query?: {
                /** @description The `next_cursor` of the page before. */
                readonly cursor?: components["schemas"]["Id"];
                /** @description At most how many entries. */
                readonly limit?: number;
            };
            readonly header?: {
                /** @description The `ETag` of what the client has. */
                readonly "If-None-Match"?: string;
            };
            readonly path: {
                /**
                 * @description The project.
                 * @example fox-story
                 */
                readonly project: components["schemas"]["ProjectId"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description What is asked for. */
            readonly 200: {
                headers: {
                    /** @description Names this very answer (RFC 9110, section 8.8.3). */
                    readonly ETag?: string;
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["LocationPage"];
                };
            };
            /** @description The client has it already. */
            readonly 304: {
                headers: {
                    /** @description Names this very answer (RFC 9110, section 8.8.3). */
                    readonly ETag?: string;
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly 400: components["responses"]["Problem400"];
            readonly 401: components["responses"]["Problem401"];
            readonly 403: components["responses"]["Problem403"];
            readonly 404: components["responses"]["Problem404"];
            readonly 421: components["responses"]["Problem421"];
            readonly 500: components["responses"]["Problem500"];
            readonly 503: components["responses"]["Problem503"];
        };
    };
    readonly add_location: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Makes it safe to send the request again: the same key has the same outcome. */
                readonly "Idempotency-Key"?: string;
            };
            readonly path: {
                /**
                 * @description The project.
                 * @example fox-story
                 */
                readonly project: components["schemas"]["ProjectId"];
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                /**
                 * @example {
                 *       "name": "The den",
                 *       "description": "Seen in the first scene."
                 *     }
                 */
                readonly "application/json": components["schemas"]["NewFigure"];
            };
        };
        readonly responses: {
            /** @description What was made. */
            readonly 201: {
                headers: {
                    /** @description Where it is, absolute. */
                    readonly Location?: string;
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["FigureReply"];
                };
            };
            readonly 400: components["responses"]["Problem400"];
            readonly 401: components["responses"]["Problem401"];
            readonly 403: components["responses"]["Problem403"];
            readonly 404: components["responses"]["Problem404"];
            readonly 408: components["responses"]["Problem408"];
            readonly 409: components["responses"]["Problem409"];
            readonly 413: components["responses"]["Problem413"];
            readonly 415: components["responses"]["Problem415"];
            readonly 421: components["responses"]["Problem421"];
            readonly 422: components["responses"]["Problem422"];
            readonly 500: components["responses"]["Problem500"];
            readonly 503: components["responses"]["Problem503"];
            readonly 507: components["responses"]["Problem507"];
        };
    };
    readonly get_location: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description The `ETag` of what the client has. */
                readonly "If-None-Match"?: string;
            };
            readonly path: {
                /**
                 * @description The location.
                 * @example 0193a5b0-7c3e-7000-8000-000000000003
                 */
                readonly location: components["schemas"]["Id"];
                /**
                 * @description The project.
                 * @example fox-story
                 */
                readonly project: components["schemas"]["ProjectId"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description What is asked for. */
            readonly 200: {
                headers: {
                    /** @description Names this very answer (RFC 9110, section 8.8.3). */
                    readonly ETag?: string;
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["FigureReply"];
                };
            };
            /** @description The client has it already. */
            readonly 304: {
                headers: {
                    /** @description Names this very answer (RFC 9110, section 8.8.3). */
                    readonly ETag?: string;
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly 400: components["responses"]["Problem400"];
            readonly 401: components["responses"]["Problem401"];
            readonly 403: components["responses"]["Problem403"];
            readonly 404: components["responses"]["Problem404"];
            readonly 421: components["responses"]["Problem421"];
            readonly 500: components["responses"]["Problem500"];
            readonly 503: components["responses"]["Problem503"];
        };
    };
    readonly delete_location: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Makes it safe to send the request again: the same key has the same outcome. */
                readonly "Idempotency-Key"?: string;
                /** @description Changes only the record that has this `ETag`. */
                readonly "If-Match"?: string;
            };
            readonly path: {
                /**
                 * @description The location.
                 * @example 0193a5b0-7c3e-7000-8000-000000000003
                 */
                readonly location: components["schemas"]["Id"];
                /**
                 * @description The project.
                 * @example fox-story
                 */
                readonly project: components["schemas"]["ProjectId"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description It is gone. */
            readonly 204: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly 400: components["responses"]["Problem400"];
            readonly 401: components["responses"]["Problem401"];
            readonly 403: components["responses"]["Problem403"];
            readonly 404: components["responses"]["Problem404"];
            readonly 412: components["responses"]["Problem412"];
            readonly 421: components["responses"]["Problem421"];
            readonly 422: components["responses"]["Problem422"];
            readonly 500: components["responses"]["Problem500"];
            readonly 503: components["responses"]["Problem503"];
            readonly 507: components["responses"]["Problem507"];
        };
    };
    readonly change_location: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Makes it safe to send the request again: the same key has the same outcome. */
                readonly "Idempotency-Key"?: string;
                /** @description Changes only the record that has this `ETag`. */
                readonly "If-Match"?: string;
            };
            readonly path: {
                /**
                 * @description The location.
                 * @example 0193a5b0-7c3e-7000-8000-000000000003
                 */
                readonly location: components["schemas"]["Id"];
                /**
                 * @description The project.
                 * @example fox-story
                 */
                readonly project: components["schemas"]["ProjectId"];
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                /**
                 * @example {
                 *       "metadata": {
                 *         "seen": true,
                 *         "draft": null
                 *       }
                 *     }
                 */
                readonly "application/json": components["schemas"]["FigurePatch"];
                /**
                 * @example {
                 *       "metadata": {
                 *         "seen": true,
                 *         "draft": null
                 *       }
                 *     }
                 */
                readonly "application/merge-patch+json": components["schemas"]["FigurePatch"];
            };
        };
        readonly responses: {
            /** @description The record as it is now. */
            readonly 200: {
                headers: {
                    /** @description Names this very answer (RFC 9110, section 8.8.3). */
                    readonly ETag?: string;
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["FigureReply"];
                };
            };
            readonly 400: components["responses"]["Problem400"];
            readonly 401: components["responses"]["Problem401"];
            readonly 403: components["responses"]["Problem403"];
            readonly 404: components["responses"]["Problem404"];
            readonly 408: components["responses"]["Problem408"];
            readonly 412: components["responses"]["Problem412"];
            readonly 413: components["responses"]["Problem413"];
            readonly 415: components["responses"]["Problem415"];
            readonly 421: components["responses"]["Problem421"];
            readonly 422: components["responses"]["Problem422"];
            readonly 500: components["responses"]["Problem500"];
            readonly 503: components["responses"]["Problem503"];
            readonly 507: components["responses"]["Problem507"];
        };
    };
    readonly list_location_histories: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description The `ETag` of what the client has. */
                readonly "If-None-Match"?: string;
            };
            readonly path: {
                /**
                 * @description The location.
                 * @example 0193a5b0-7c3e-7000-8000-000000000003
                 */
                readonly location: components["schemas"]["Id"];
                /**
                 * @description The project.
                 * @example fox-story
                 */
                readonly project: components["schemas"]["ProjectId"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description What is asked for. */
            readonly 200: {
                headers: {
                    /** @description Names this very answer (RFC 9110, section 8.8.3). */
                    readonly ETag?: string;
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Histories"];
                };
            };
            /** @description The client has it already. */
            readonly 304: {
                headers: {
                    /** @description Names this very answer (RFC 9110, section 8.8.3). */
                    readonly ETag?: string;
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly 400: components["responses"]["Problem400"];
            readonly 401: components["responses"]["Problem401"];
            readonly 403: components["responses"]["Problem403"];
            readonly 404: components["responses"]["Problem404"];
            readonly 421: components["responses"]["Problem421"];
            readonly 500: components["responses"]["Problem500"];
            readonly 503: components["responses"]["Problem503"];
        };
    };
    readonly get_location_history: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description The `ETag` of what the client has. */
                readonly "If-None-Match"?: string;
            };
            readonly path: {
                /**
                 * @description The history's key.
                 * @example scene_video
                 */
                readonly asset_key: components["schemas"]["AssetKey"];
                /**
                 * @description The location.
                 * @example 0193a5b0-7c3e-7000-8000-000000000003
                 */
                readonly location: components["schemas"]["Id"];
                /**
                 * @description The project.
                 * @example fox-story
                 */
                readonly project: components["schemas"]["ProjectId"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description What is asked for. */
            readonly 200: {
                headers: {
                    /** @description Names this very answer (RFC 9110, section 8.8.3). */
                    readonly ETag?: string;
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["HistoryReply"];
                };
            };
            /** @description The client has it already. */
            readonly 304: {
                headers: {
                    /** @description Names this very answer (RFC 9110, section 8.8.3). */
                    readonly ETag?: string;
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly 400: components["responses"]["Problem400"];
            readonly 401: components["responses"]["Problem401"];
            readonly 403: components["responses"]["Problem403"];
            readonly 404: components["responses"]["Problem404"];
            readonly 421: components["responses"]["Problem421"];
            readonly 500: components["responses"]["Problem500"];
            readonly 503: components["responses"]["Problem503"];
        };
    };
    readonly choose_location_best: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Makes it safe to send the request again: the same key has the same outcome. */
                readonly "Idempotency-Key"?: string;
                /** @description Changes only the record that has this `ETag`. */
                readonly "If-Match"?: string;
            };
            readonly path: {
                /**
                 * @description The history's key.
                 * @example scene_video
                 */
                readonly asset_key: components["schemas"]["AssetKey"];
                /**
                 * @description The location.
                 * @example 0193a5b0-7c3e-7000-8000-000000000003
                 */
                readonly location: components["schemas"]["Id"];
                /**
                 * @description The project.
                 * @example fox-story
                 */
                readonly project: components["schemas"]["ProjectId"];
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                /**
                 * @example {
                 *       "version": 1
                 *     }
                 */
                readonly "application/json": components["schemas"]["SetBest"];
            };
        };
        readonly responses: {
            /** @description The record as it is now. */
            readonly 200: {
                headers: {
                    /** @description Names this very answer (RFC 9110, section 8.8.3). */
                    readonly ETag?: string;
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["HistoryReply"];
                };
            };
            readonly 400: components["responses"]["Problem400"];
            readonly 401: components["responses"]["Problem401"];
            readonly 403: components["responses"]["Problem403"];
            readonly 404: components["responses"]["Problem404"];
            readonly 408: components["responses"]["Problem408"];
            readonly 412: components["responses"]["Problem412"];
            readonly 413: components["responses"]["Problem413"];
            readonly 415: components["responses"]["Problem415"];
            readonly 421: components["responses"]["Problem421"];
            readonly 422: components["responses"]["Problem422"];
            readonly 500: components["responses"]["Problem500"];
            readonly 503: components["responses"]["Problem503"];
            readonly 507: components["responses"]["Problem507"];
        };
    };
    readonly get_location_version: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description The `ETag` of what the client has. */
                readonly "If-None-Match"?: string;
            };
            readonly path: {
                /**
                 * @description The history's key.
                 * @example scene_video
                 */
                readonly asset_key: components["schemas"]["AssetKey"];
                /**
                 * @description The location.
                 * @example 0193a5b0-7c3e-7000-8000-000000000003
                 */
                readonly location: components["schemas"]["Id"];
                /**
                 * @description The project.
                 * @example fox-story
                 */
                readonly project: components["schemas"]["ProjectId"];
                /**
                 * @description The version's number.
                 * @example 1
                 */
                readonly version: number;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description What is asked for. */
            readonly 200: {
                headers: {
                    /** @description Names this very answer (RFC 9110, section 8.8.3). */
                    readonly ETag?: string;
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["AssetReply"];
                };
            };
            /** @description The client has it already. */
            readonly 304: {
                headers: {
                    /** @description Names this very answer (RFC 9110, section 8.8.3). */
                    readonly ETag?: string;
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly 400: components["responses"]["Problem400"];
            readonly 401: components["responses"]["Problem401"];
            readonly 403: components["responses"]["Problem403"];
            readonly 404: components["responses"]["Problem404"];
            readonly 421: components["responses"]["Problem421"];
            readonly 500: components["responses"]["Problem500"];
            readonly 503: components["responses"]["Problem503"];
        };
    };
    readonly change_location_version: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Makes it safe to send the request again: the same key has the same outcome. */
                readonly "Idempotency-Key"?: string;
                /** @description Changes only the record that has this `ETag`. */
                readonly "If-Match"?: string;
            };
            readonly path: {
                /**
                 * @description The history's key.
                 * @example scene_video
                 */
                readonly asset_key: components["schemas"]["AssetKey"];
                /**
                 * @description The location.
                 * @example 0193a5b0-7c3e-7000-8000-000000000003
                 */
                readonly location: components["schemas"]["Id"];
                /**
                 * @description The project.
                 * @example fox-story
                 */
                readonly project: components["schemas"]["ProjectId"];
                /**
                 * @description The version's number.
                 * @example 1
                 */
                readonly version: number;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                /**
                 * @example {
                 *       "notes": "The light is right.",
                 *       "tags": [
                 *         "wide"
                 *       ]
                 *     }
                 */
                readonly "application/json": components["schemas"]["AssetPatch"];
            };
        };
        readonly responses: {
            /** @description The record as it is now. */
            readonly 200: {
                headers: {
                    /** @description Names this very answer (RFC 9110, section 8.8.3). */
                    readonly ETag?: string;
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["AssetReply"];
                };
            };
            readonly 400: components["responses"]["Problem400"];
            readonly 401: components["responses"]["Problem401"];
            readonly 403: components["responses"]["Problem403"];
            readonly 404: components["responses"]["Problem404"];
            readonly 408: components["responses"]["Problem408"];
            readonly 412: components["responses"]["Problem412"];
            readonly 413: components["responses"]["Problem413"];
            readonly 415: components["responses"]["Problem415"];
            readonly 421: components["responses"]["Problem421"];
            readonly 422: components["responses"]["Problem422"];
            readonly 500: components["responses"]["Problem500"];
            readonly 503: components["responses"]["Problem503"];
            readonly 507: components["responses"]["Problem507"];
        };
    };
    readonly restore_location: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Makes it safe to send the request again: the same key has the same outcome. */
                readonly "Idempotency-Key"?: string;
            };
            readonly path: {
                /**
                 * @description The location.
                 * @example 0193a5b0-7c3e-7000-8000-000000000003
                 */
                readonly location: components["schemas"]["Id"];
                /**
                 * @description The project.
                 * @example fox-story
                 */
                readonly project: components["schemas"]["ProjectId"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The record as it is now. */
            readonly 200: {
                headers: {
                    /** @description Names this very answer (RFC 9110, section 8.8.3). */
                    readonly ETag?: string;
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["FigureReply"];
                };
            };
            readonly 400: components["responses"]["Problem400"];
            readonly 401: components["responses"]["Problem401"];
            readonly 403: components["responses"]["Problem403"];
            readonly 404: components["responses"]["Problem404"];
            readonly 409: components["responses"]["Problem409"];
            readonly 410: components["responses"]["Problem410"];
            readonly 421: components["responses"]["Problem421"];
            readonly 422: components["responses"]["Problem422"];
            readonly 500: components["responses"]["Problem500"];
            readonly 503: components["responses"]["Problem503"];
            readonly 507: components["responses"]["Problem507"];
        };
    };
    readonly list_moods: {
        readonly parameters: {
            readonly query?: {
                /** @description The `next_cursor` of the page before. */
                readonly cursor?: components["schemas"]["Id"];
                /** @description At most how many entries. */
                readonly limit?: number;
            };
            readonly header?: {
                /** @description The `ETag` of what the client has. */
                readonly "If-None-Match"?: string;
            };
            readonly path: {
                /**
                 * @description The project.
                 * @example fox-story
                 */
                readonly project: components["schemas"]["ProjectId"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description What is asked for. */
            readonly 200: {
                headers: {
                    /** @description Names this very answer (RFC 9110, section 8.8.3). */
                    readonly ETag?: string;
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["MoodPage"];
                };
            };
            /** @description The client has it already. */
            readonly 304: {
                headers: {
                    /** @description Names this very answer (RFC 9110, section 8.8.3). */
                    readonly ETag?: string;
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly 400: components["responses"]["Problem400"];
            readonly 401: components["responses"]["Problem401"];
            readonly 403: components["responses"]["Problem403"];
            readonly 404: components["responses"]["Problem404"];
            readonly 421: components["responses"]["Problem421"];
            readonly 500: components["responses"]["Problem500"];
            readonly 503: components["responses"]["Problem503"];
        };
    };
    readonly add_mood: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Makes it safe to send the request again: the same key has the same outcome. */
                readonly "Idempotency-Key"?: string;
            };
            readonly path: {
                /**
                 * @description The project.
                 * @example fox-story
                 */
                readonly project: components["schemas"]["ProjectId"];
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                /**
                 * @example {
                 *       "name": "Cold",
                 *       "visual_style": "blue hour",
                 *       "mood_keywords": [
                 *         "calm"
                 *       ]
                 *     }
                 */
                readonly "application/json": components["schemas"]["NewMood"];
            };
        };
        readonly responses: {
            /** @description What was made. */
            readonly 201: {
                headers: {
                    /** @description Where it is, absolute. */
                    readonly Location?: string;
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["MoodReply"];
                };
            };
            readonly 400: components["responses"]["Problem400"];
            readonly 401: components["responses"]["Problem401"];
            readonly 403: components["responses"]["Problem403"];
            readonly 404: components["responses"]["Problem404"];
            readonly 408: components["responses"]["Problem408"];
            readonly 409: components["responses"]["Problem409"];
            readonly 413: components["responses"]["Problem413"];
            readonly 415: components["responses"]["Problem415"];
            readonly 421: components["responses"]["Problem421"];
            readonly 422: components["responses"]["Problem422"];
            readonly 500: components["responses"]["Problem500"];
            readonly 503: components["responses"]["Problem503"];
            readonly 507: components["responses"]["Problem507"];
        };
    };
    readonly get_mood: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description The `ETag` of what the client has. */
                readonly "If-None-Match"?: string;
            };
            readonly path: {
                /**
                 * @description The mood.
                 * @example 0193a5b0-7c3e-7000-8000-000000000004
                 */
                readonly mood: components["schemas"]["Id"];
                /**
                 * @description The project.
                 * @example fox-story
                 */
                readonly project: components["schemas"]["ProjectId"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description What is asked for. */
            readonly 200: {
                headers: {
                    /** @description Names this very answer (RFC 9110, section 8.8.3). */
                    readonly ETag?: string;
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["MoodReply"];
                };
            };
            /** @description The client has it already. */
            readonly 304: {
                headers: {
                    /** @description Names this very answer (RFC 9110, section 8.8.3). */
                    readonly ETag?: string;
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly 400: components["responses"]["Problem400"];
            readonly 401: components["responses"]["Problem401"];
            readonly 403: components["responses"]["Problem403"];
            readonly 404: components["responses"]["Problem404"];
            readonly 421: components["responses"]["Problem421"];
            readonly 500: components["responses"]["Problem500"];
            readonly 503: components["responses"]["Problem503"];
        };
    };
    readonly delete_mood: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Makes it safe to send the request again: the same key has the same outcome. */
                readonly "Idempotency-Key"?: string;
                /** @description Changes only the record that has this `ETag`. */
                readonly "If-Match"?: string;
            };
            readonly path: {
                /**
                 * @description The mood.
                 * @example 0193a5b0-7c3e-7000-8000-000000000004
                 */
                readonly mood: components["schemas"]["Id"];
                /**
                 * @description The project.
                 * @example fox-story
                 */
                readonly project: components["schemas"]["ProjectId"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description It is gone. */
            readonly 204: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly 400: components["responses"]["Problem400"];
            readonly 401: components["responses"]["Problem401"];
            readonly 403: components["responses"]["Problem403"];
            readonly 404: components["responses"]["Problem404"];
            readonly 412: components["responses"]["Problem412"];
            readonly 421: components["responses"]["Problem421"];
            readonly 422: components["responses"]["Problem422"];
            readonly 500: components["responses"]["Problem500"];
            readonly 503: components["responses"]["Problem503"];
            readonly 507: components["responses"]["Problem507"];
        };
    };
    readonly change_mood: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Makes it safe to send the request again: the same key has the same outcome. */
                readonly "Idempotency-Key"?: string;
                /** @description Changes only the record that has this `ETag`. */
                readonly "If-Match"?: string;
            };
            readonly path: {
                /**
                 * @description The mood.
                 * @example 0193a5b0-7c3e-7000-8000-000000000004
                 */
                readonly mood: components["schemas"]["Id"];
                /**
                 * @description The project.
                 * @example fox-story
                 */
                readonly project: components["schemas"]["ProjectId"];
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                /**
                 * @example {
                 *       "metadata": {
                 *         "seen": true,
                 *         "draft": null
                 *       }
                 *     }
                 */
                readonly "application/json": components["schemas"]["MoodPatch"];
                /**
                 * @example {
                 *       "metadata": {
                 *         "seen": true,
                 *         "draft": null
                 *       }
                 *     }
                 */
                readonly "application/merge-patch+json": components["schemas"]["MoodPatch"];
            };
        };
        readonly responses: {
            /** @description The record as it is now. */
            readonly 200: {
                headers: {
                    /** @description Names this very answer (RFC 9110, section 8.8.3). */
                    readonly ETag?: string;
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["MoodReply"];
                };
            };
            readonly 400: components["responses"]["Problem400"];
            readonly 401: components["responses"]["Problem401"];
            readonly 403: components["responses"]["Problem403"];
            readonly 404: components["responses"]["Problem404"];
            readonly 408: components["responses"]["Problem408"];
            readonly 412: components["responses"]["Problem412"];
            readonly 413: components["responses"]["Problem413"];
            readonly 415: components["responses"]["Problem415"];
            readonly 421: components["responses"]["Problem421"];
            readonly 422: components["responses"]["Problem422"];
            readonly 500: components["responses"]["Problem500"];
            readonly 503: components["responses"]["Problem503"];
            readonly 507: components["responses"]["Problem507"];
        };
    };
    readonly list_mood_histories: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description The `ETag` of what the client has. */
                readonly "If-None-Match"?: string;
            };
            readonly path: {
                /**
                 * @description The mood.
                 * @example 0193a5b0-7c3e-7000-8000-000000000004
                 */
                readonly mood: components["schemas"]["Id"];
                /**
                 * @description The project.
                 * @example fox-story
                 */
                readonly project: components["schemas"]["ProjectId"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description What is asked for. */
            readonly 200: {
                headers: {
                    /** @description Names this very answer (RFC 9110, section 8.8.3). */
                    readonly ETag?: string;
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Histories"];
                };
            };
            /** @description The client has it already. */
            readonly 304: {
                headers: {
                    /** @description Names this very answer (RFC 9110, section 8.8.3). */
                    readonly ETag?: string;
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly 400: components["responses"]["Problem400"];
            readonly 401: components["responses"]["Problem401"];
            readonly 403: components["responses"]["Problem403"];
            readonly 404: components["responses"]["Problem404"];
            readonly 421: components["responses"]["Problem421"];
            readonly 500: components["responses"]["Problem500"];
            readonly 503: components["responses"]["Problem503"];
        };
    };
    readonly get_mood_history: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description The `ETag` of what the client has. */
                readonly "If-None-Match"?: string;
            };
            readonly path: {
                /**
                 * @description The history's key.
                 * @example scene_video
                 */
                readonly asset_key: components["schemas"]["AssetKey"];
                /**
                 * @description The mood.
                 * @example 0193a5b0-7c3e-7000-8000-000000000004
                 */
                readonly mood: components["schemas"]["Id"];
                /**
                 * @description The project.
                 * @example fox-story
                 */
                readonly project: components["schemas"]["ProjectId"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description What is asked for. */
            readonly 200: {
                headers: {
                    /** @description Names this very answer (RFC 9110, section 8.8.3). */
                    readonly ETag?: string;
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["HistoryReply"];
                };
            };
            /** @description The client has it already. */
            readonly 304: {
                headers: {
                    /** @description Names this very answer (RFC 9110, section 8.8.3). */
                    readonly ETag?: string;
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly 400: components["responses"]["Problem400"];
            readonly 401: components["responses"]["Problem401"];
            readonly 403: components["responses"]["Problem403"];
            readonly 404: components["responses"]["Problem404"];
            readonly 421: components["responses"]["Problem421"];
            readonly 500: components["responses"]["Problem500"];
            readonly 503: components["responses"]["Problem503"];
        };
    };
    readonly choose_mood_best: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Makes it safe to send the request again: the same key has the same outcome. */
                readonly "Idempotency-Key"?: string;
                /** @description Changes only the record that has this `ETag`. */
                readonly "If-Match"?: string;
            };
            readonly path: {
                /**
                 * @description The history's key.
                 * @example scene_video
                 */
                readonly asset_key: components["schemas"]["AssetKey"];
                /**
                 * @description The mood.
                 * @example 0193a5b0-7c3e-7000-8000-000000000004
                 */
                readonly mood: components["schemas"]["Id"];
                /**
                 * @description The project.
                 * @example fox-story
                 */
                readonly project: components["schemas"]["ProjectId"];
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                /**
                 * @example {
                 *       "version": 1
                 *     }
                 */
                readonly "application/json": components["schemas"]["SetBest"];
            };
        };
        readonly responses: {
            /** @description The record as it is now. */
            readonly 200: {
                headers: {
                    /** @description Names this very answer (RFC 9110, section 8.8.3). */
                    readonly ETag?: string;
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["HistoryReply"];
                };
            };
            readonly 400: components["responses"]["Problem400"];
            readonly 401: components["responses"]["Problem401"];
            readonly 403: components["responses"]["Problem403"];
            readonly 404: components["responses"]["Problem404"];
            readonly 408: components["responses"]["Problem408"];
            readonly 412: components["responses"]["Problem412"];
            readonly 413: components["responses"]["Problem413"];
            readonly 415: components["responses"]["Problem415"];
            readonly 421: components["responses"]["Problem421"];
            readonly 422: components["responses"]["Problem422"];
            readonly 500: components["responses"]["Problem500"];
            readonly 503: components["responses"]["Problem503"];
            readonly 507: components["responses"]["Problem507"];
        };
    };
    readonly get_mood_version: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description The `ETag` of what the client has. */
                readonly "If-None-Match"?: string;
            };
            readonly path: {
                /**
                 * @description The history's key.
                 * @example scene_video
                 */
                readonly asset_key: components["schemas"]["AssetKey"];
                /**
                 * @description The mood.
                 * @example 0193a5b0-7c3e-7000-8000-000000000004
                 */
                readonly mood: components["schemas"]["Id"];
                /**
                 * @description The project.
                 * @example fox-story
                 */
                readonly project: components["schemas"]["ProjectId"];
                /**
                 * @description The version's number.
                 * @example 1
                 */
                readonly version: number;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description What is asked for. */
            readonly 200: {
                headers: {
                    /** @description Names this very answer (RFC 9110, section 8.8.3). */
                    readonly ETag?: string;
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["AssetReply"];
                };
            };
            /** @description The client has it already. */
            readonly 304: {
                headers: {
                    /** @description Names this very answer (RFC 9110, section 8.8.3). */
                    readonly ETag?: string;
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly 400: components["responses"]["Problem400"];
            readonly 401: components["responses"]["Problem401"];
            readonly 403: components["responses"]["Problem403"];
            readonly 404: components["responses"]["Problem404"];
            readonly 421: components["responses"]["Problem421"];
            readonly 500: components["responses"]["Problem500"];
            readonly 503: components["responses"]["Problem503"];
        };
    };
    readonly change_mood_version: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Makes it safe to send the request again: the same key has the same outcome. */
                readonly "Idempotency-Key"?: string;
                /** @description Changes only the record that has this `ETag`. */
                readonly "If-Match"?: string;
            };
            readonly path: {
                /**
                 * @description The history's key.
                 * @example scene_video
                 */
                readonly asset_key: components["schemas"]["AssetKey"];
                /**
                 * @description The mood.
                 * @example 0193a5b0-7c3e-7000-8000-000000000004
                 */
                readonly mood: components["schemas"]["Id"];
                /**
                 * @description The project.
                 * @example fox-story
                 */
                readonly project: components["schemas"]["ProjectId"];
                /**
                 * @description The version's number.
                 * @example 1
                 */
                readonly version: number;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                /**
                 * @example {
                 *       "notes": "The light is right.",
                 *       "tags": [
                 *         "wide"
                 *       ]
                 *     }
                 */
                readonly "application/json": components["schemas"]["AssetPatch"];
            };
        };
        readonly responses: {
            /** @description The record as it is now. */
            readonly 200: {
                headers: {
                    /** @description Names this very answer (RFC 9110, section 8.8.3). */
                    readonly ETag?: string;
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["AssetReply"];
                };
            };
            readonly 400: components["responses"]["Problem400"];
            readonly 401: components["responses"]["Problem401"];
            readonly 403: components["responses"]["Problem403"];
            readonly 404: components["responses"]["Problem404"];
            readonly 408: components["responses"]["Problem408"];
            readonly 412: components["responses"]["Problem412"];
            readonly 413: components["responses"]["Problem413"];
            readonly 415: components["responses"]["Problem415"];
            readonly 421: components["responses"]["Problem421"];
            readonly 422: components["responses"]["Problem422"];
            readonly 500: components["responses"]["Problem500"];
            readonly 503: components["responses"]["Problem503"];
            readonly 507: components["responses"]["Problem507"];
        };
    };
    readonly restore_mood: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Makes it safe to send the request again: the same key has the same outcome. */
                readonly "Idempotency-Key"?: string;
            };
            readonly path: {
                /**
                 * @description The mood.
                 * @example 0193a5b0-7c3e-7000-8000-000000000004
                 */
                readonly mood: components["schemas"]["Id"];
                /**
                 * @description The project.
                 * @example fox-story
                 */
                readonly project: components["schemas"]["ProjectId"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The record as it is now. */
            readonly 200: {
                headers: {
                    /** @description Names this very answer (RFC 9110, section 8.8.3). */
                    readonly ETag?: string;
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["MoodReply"];
                };
            };
            readonly 400: components["responses"]["Problem400"];
            readonly 401: components["responses"]["Problem401"];
            readonly 403: components["responses"]["Problem403"];
            readonly 404: components["responses"]["Problem404"];
            readonly 409: components["responses"]["Problem409"];
            readonly 410: components["responses"]["Problem410"];
            readonly 421: components["responses"]["Problem421"];
            readonly 422: components["responses"]["Problem422"];
            readonly 500: components["responses"]["Problem500"];
            readonly 503: components["responses"]["Problem503"];
            readonly 507: components["responses"]["Problem507"];
        };
    };
    readonly list_prompts: {
        readonly parameters: {
            readonly query?: {
                /** @description The `next_cursor` of the page before. */
                readonly cursor?: components["schemas"]["Id"];
                /** @description At most how many entries. */
                readonly limit?: number;
            };
            readonly header?: {
                /** @description The `ETag` of what the client has. */
                readonly "If-None-Match"?: string;
            };
            readonly path: {
                /**
                 * @description The project.
                 * @example fox-story
                 */
                readonly project: components["schemas"]["ProjectId"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description What is asked for. */
            readonly 200: {
                headers: {
                    /** @description Names this very answer (RFC 9110, section 8.8.3). */
                    readonly ETag?: string;
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["PromptPage"];
                };
            };
            /** @description The client has it already. */
            readonly 304: {
                headers: {
                    /** @description Names this very answer (RFC 9110, section 8.8.3). */
                    readonly ETag?: string;
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly 400: components["responses"]["Problem400"];
            readonly 401: components["responses"]["Problem401"];
            readonly 403: components["responses"]["Problem403"];
            readonly 404: components["responses"]["Problem404"];
            readonly 421: components["responses"]["Problem421"];
            readonly 500: components["responses"]["Problem500"];
            readonly 503: components["responses"]["Problem503"];
        };
    };
    readonly add_prompt: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Makes it safe to send the request again: the same key has the same outcome. */
                readonly "Idempotency-Key"?: string;
            };
            readonly path: {
                /**
                 * @description The project.
                 * @example fox-story
                 */
                readonly project: components["schemas"]["ProjectId"];
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                /**
                 * @example {
                 *       "kind": "seed",
                 *       "text": "a fox at dawn",
                 *       "author": "human"
                 *     }
                 */
                readonly "application/json": components["schemas"]["NewPrompt"];
            };
        };
        readonly responses: {
            /** @description What was made. */
            readonly 201: {
                headers: {
                    /** @description Where it is, absolute. */
                    readonly Location?: string;
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["PromptReply"];
                };
            };
            readonly 400: components["responses"]["Problem400"];
            readonly 401: components["responses"]["Problem401"];
            readonly 403: components["responses"]["Problem403"];
            readonly 404: components["responses"]["Problem404"];
            readonly 408: components["responses"]["Problem408"];
            readonly 409: components["responses"]["Problem409"];
            readonly 413: components["responses"]["Problem413"];
            readonly 415: components["responses"]["Problem415"];
            readonly 421: components["responses"]["Problem421"];
            readonly 422: components["responses"]["Problem422"];
            readonly 500: components["responses"]["Problem500"];
            readonly 503: components["responses"]["Problem503"];
            readonly 507: components["responses"]["Problem507"];
        };
    };
    readonly get_prompt: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description The `ETag` of what the client has. */
                readonly "If-None-Match"?: string;
            };
            readonly path: {
                /**
                 * @description The project.
                 * @example fox-story
                 */
                readonly project: components["schemas"]["ProjectId"];
                /**
                 * @description The prompt.
                 * @example 0193a5b0-7c3e-7000-8000-000000000006
                 */
                readonly prompt: components["schemas"]["Id"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description What is asked for. */
            readonly 200: {
                headers: {
                    /** @description Names this very answer (RFC 9110, section 8.8.3). */
                    readonly ETag?: string;
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["PromptReply"];
                };
            };
            /** @description The client has it already. */
            readonly 304: {
                headers: {
                    /** @description Names this very answer (RFC 9110, section 8.8.3). */
                    readonly ETag?: string;
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly 400: components["responses"]["Problem400"];
            readonly 401: components["responses"]["Problem401"];
            readonly 403: components["responses"]["Problem403"];
            readonly 404: components["responses"]["Problem404"];
            readonly 421: components["responses"]["Problem421"];
            readonly 500: components["responses"]["Problem500"];
            readonly 503: components["responses"]["Problem503"];
        };
    };
    readonly delete_prompt: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Makes it safe to send the request again: the same key has the same outcome. */
                readonly "Idempotency-Key"?: string;
                /** @description Changes only the record that has this `ETag`. */
                readonly "If-Match"?: string;
            };
            readonly path: {
                /**
                 * @description The project.
                 * @example fox-story
                 */
                readonly project: components["schemas"]["ProjectId"];
                /**
                 * @description The prompt.
                 * @example 0193a5b0-7c3e-7000-8000-000000000006
                 */
                readonly prompt: components["schemas"]["Id"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description It is gone. */
            readonly 204: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly 400: components["responses"]["Problem400"];
            readonly 401: components["responses"]["Problem401"];
            readonly 403: components["responses"]["Problem403"];
            readonly 404: components["responses"]["Problem404"];
            readonly 412: components["responses"]["Problem412"];
            readonly 421: components["responses"]["Problem421"];
            readonly 422: components["responses"]["Problem422"];
            readonly 500: components["responses"]["Problem500"];
            readonly 503: components["responses"]["Problem503"];
            readonly 507: components["responses"]["Problem507"];
        };
    };
    readonly change_prompt: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Makes it safe to send the request again: the same key has the same outcome. */
                readonly "Idempotency-Key"?: string;
                /** @description Changes only the record that has this `ETag`. */
                readonly "If-Match"?: string;
            };
            readonly path: {
                /**
                 * @description The project.
                 * @example fox-story
                 */
                readonly project: components["schemas"]["ProjectId"];
                /**
                 * @description The prompt.
                 * @example 0193a5b0-7c3e-7000-8000-000000000006
                 */
                readonly prompt: components["schemas"]["Id"];
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                /**
                 * @example {
                 *       "metadata": {
                 *         "seen": true,
                 *         "draft": null
                 *       }
                 *     }
                 */
                readonly "application/json": components["schemas"]["PromptPatch"];
                /**
                 * @example {
                 *       "metadata": {
                 *         "seen": true,
                 *         "draft": null
                 *       }
                 *     }
                 */
                readonly "application/merge-patch+json": components["schemas"]["PromptPatch"];
            };
        };
        readonly responses: {
            /** @description The record as it is now. */
            readonly 200: {
                headers: {
                    /** @description Names this very answer (RFC 9110, section 8.8.3). */
                    readonly ETag?: string;
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["PromptReply"];
                };
            };
            readonly 400: components["responses"]["Problem400"];
            readonly 401: components["responses"]["Problem401"];
            readonly 403: components["responses"]["Problem403"];
            readonly 404: components["responses"]["Problem404"];
            readonly 408: components["responses"]["Problem408"];
            readonly 412: components["responses"]["Problem412"];
            readonly 413: components["responses"]["Problem413"];
            readonly 415: components["responses"]["Problem415"];
            readonly 421: components["responses"]["Problem421"];
            readonly 422: components["responses"]["Problem422"];
            readonly 500: components["responses"]["Problem500"];
            readonly 503: components["responses"]["Problem503"];
            readonly 507: components["responses"]["Problem507"];
        };
    };
    readonly restore_prompt: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Makes it safe to send the request again: the same key has the same outcome. */
                readonly "Idempotency-Key"?: string;
            };
            readonly path: {
                /**
                 * @description The project.
                 * @example fox-story
                 */
                readonly project: components["schemas"]["ProjectId"];
                /**
                 * @description The prompt.
                 * @example 0193a5b0-7c3e-7000-8000-000000000006
                 */
                readonly prompt: components["schemas"]["Id"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The record as it is now. */
            readonly 200: {
                headers: {
                    /** @description Names this very answer (RFC 9110, section 8.8.3). */
                    readonly ETag?: string;
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["PromptReply"];
                };
            };
            readonly 400: components["responses"]["Problem400"];
            readonly 401: components["responses"]["Problem401"];
            readonly 403: components["responses"]["Problem403"];
            readonly 404: components["responses"]["Problem404"];
            readonly 409: components["responses"]["Problem409"];
            readonly 410: components["responses"]["Problem410"];
            readonly 421: components["responses"]["Problem421"];
            readonly 422: components["responses"]["Problem422"];
            readonly 500: components["responses"]["Problem500"];
            readonly 503: components["responses"]["Problem503"];
            readonly 507: components["responses"]["Problem507"];
        };
    };
    readonly restore_project: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Makes it safe to send the request again: the same key has the same outcome. */
                readonly "Idempotency-Key"?: string;
            };
            readonly path: {
                /**
                 * @description The project.
                 * @example fox-story
                 */
                readonly project: components["schemas"]["ProjectId"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The record as it is now. */
            readonly 200: {
                headers: {
                    /** @description Names this very answer (RFC 9110, section 8.8.3). */
                    readonly ETag?: string;
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ProjectView"];
                };
            };
            readonly 400: components["responses"]["Problem400"];
            readonly 401: components["responses"]["Problem401"];
            readonly 403: components["responses"]["Problem403"];
            readonly 404: components["responses"]["Problem404"];
            readonly 409: components["responses"]["Problem409"];
            readonly 410: components["responses"]["Problem410"];
            readonly 421: components["responses"]["Problem421"];
            readonly 422: components["responses"]["Problem422"];
            readonly 500: components["responses"]["Problem500"];
            readonly 503: components["responses"]["Problem503"];
            readonly 507: components["responses"]["Problem507"];
        };
    };
    readonly list_scenes: {
        readonly parameters: {
            readonly query?: {
                /** @description The `next_cursor` of the page before. */
                readonly cursor?: components["schemas"]["SceneNumber"];
                /** @description At most how many entries. */
                readonly limit?: number;
            };
            readonly header?: {
                /** @description The `ETag` of what the client has. */
                readonly "If-None-Match"?: string;
            };
            readonly path: {
                /**
                 * @description The project.
                 * @example fox-story
                 */
                readonly project: components["schemas"]["ProjectId"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description What is asked for. */
            readonly 200: {
                headers: {
                    /** @description Names this very answer (RFC 9110, section 8.8.3). */
                    readonly ETag?: string;
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ScenePage"];
                };
            };
            /** @description The client has it already. */
            readonly 304: {
                headers: {
                    /** @description Names this very answer (RFC 9110, section 8.8.3). */
                    readonly ETag?: string;
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly 400: components["responses"]["Problem400"];
            readonly 401: components["responses"]["Problem401"];
            readonly 403: components["responses"]["Problem403"];
            readonly 404: components["responses"]["Problem404"];
            readonly 421: components["responses"]["Problem421"];
            readonly 500: components["responses"]["Problem500"];
            readonly 503: components["responses"]["Problem503"];
        };
    };
    readonly add_scene: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Makes it safe to send the request again: the same key has the same outcome. */
                readonly "Idempotency-Key"?: string;
            };
            readonly path: {
                /**
                 * @description The project.
                 * @example fox-story
                 */
                readonly project: components["schemas"]["ProjectId"];
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                /**
                 * @example {
                 *       "title": "Home",
                 *       "description": "The den.",
                 *       "duration_seconds": 6
                 *     }
                 */
                readonly "application/json": components["schemas"]["NewScene"];
            };
        };
        readonly responses: {
            /** @description What was made. */
            readonly 201: {
                headers: {
                    /** @description Where it is, absolute. */
                    readonly Location?: string;
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["SceneReply"];
                };
            };
            readonly 400: components["responses"]["Problem400"];
            readonly 401: components["responses"]["Problem401"];
            readonly 403: components["responses"]["Problem403"];
            readonly 404: components["responses"]["Problem404"];
            readonly 408: components["responses"]["Problem408"];
            readonly 409: components["responses"]["Problem409"];
            readonly 413: components["responses"]["Problem413"];
            readonly 415: components["responses"]["Problem415"];
            readonly 421: components["responses"]["Problem421"];
            readonly 422: components["responses"]["Problem422"];
            readonly 500: components["responses"]["Problem500"];
            readonly 503: components["responses"]["Problem503"];
            readonly 507: components["responses"]["Problem507"];
        };
    };
    readonly get_scene: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description The `ETag` of what the client has. */
                readonly "If-None-Match"?: string;
            };
            readonly path: {
                /**
                 * @description The project.
                 * @example fox-story
                 */
                readonly project: components["schemas"]["ProjectId"];
                /**
                 * @description The scene, by its number or id.
                 * @example 1
                 */
                readonly scene: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description What is asked for. */
            readonly 200: {
                headers: {
                    /** @description Names this very answer (RFC 9110, section 8.8.3). */
                    readonly ETag?: string;
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["SceneReply"];
                };
            };
            /** @description The client has it already. */
            readonly 304: {
                headers: {
                    /** @description Names this very answer (RFC 9110, section 8.8.3). */
                    readonly ETag?: string;
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly 400: components["responses"]["Problem400"];
            readonly 401: components["responses"]["Problem401"];
            readonly 403: components["responses"]["Problem403"];
            readonly 404: components["responses"]["Problem404"];
            readonly 421: components["responses"]["Problem421"];
            readonly 500: components["responses"]["Problem500"];
            readonly 503: components["responses"]["Problem503"];
        };
    };
    readonly delete_scene: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Makes it safe to send the request again: the same key has the same outcome. */
                readonly "Idempotency-Key"?: string;
                /** @description Changes only the record that has this `ETag`. */
                readonly "If-Match"?: string;
            };
            readonly path: {
                /**
                 * @description The project.
                 * @example fox-story
                 */
                readonly project: components["schemas"]["ProjectId"];
                /**
                 * @description The scene, by its number or id.
                 * @example 1
                 */
                readonly scene: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description It is gone. */
            readonly 204: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly 400: components["responses"]["Problem400"];
            readonly 401: components["responses"]["Problem401"];
            readonly 403: components["responses"]["Problem403"];
            readonly 404: components["responses"]["Problem404"];
            readonly 412: components["responses"]["Problem412"];
            readonly 421: components["responses"]["Problem421"];
            readonly 422: components["responses"]["Problem422"];
            readonly 500: components["responses"]["Problem500"];
            readonly 503: components["responses"]["Problem503"];
            readonly 507: components["responses"]["Problem507"];
        };
    };
    readonly change_scene: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Makes it safe to send the request again: the same key has the same outcome. */
                readonly "Idempotency-Key"?: string;
                /** @description Changes only the record that has this `ETag`. */
                readonly "If-Match"?: string;
            };
            readonly path: {
                /**
                 * @description The project.
                 * @example fox-story
                 */
                readonly project: components["schemas"]["ProjectId"];
                /**
                 * @description The scene, by its number or id.
                 * @example 1
                 */
                readonly scene: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                /**
                 * @example {
                 *       "title": "Dawn, again",
                 *       "composition": {
                 *         "styling": "soft light"
                 *       }
                 *     }
                 */
                readonly "application/json": components["schemas"]["ScenePatch"];
                /**
                 * @example {
                 *       "title": "Dawn, again",
                 *       "composition": {
                 *         "styling": "soft light"
                 *       }
                 *     }
                 */
                readonly "application/merge-patch+json": components["schemas"]["ScenePatch"];
            };
        };
        readonly responses: {
            /** @description The record as it is now. */
            readonly 200: {
                headers: {
                    /** @description Names this very answer (RFC 9110, section 8.8.3). */
                    readonly ETag?: string;
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["SceneReply"];
                };
            };
            readonly 400: components["responses"]["Problem400"];
            readonly 401: components["responses"]["Problem401"];
            readonly 403: components["responses"]["Problem403"];
            readonly 404: components["responses"]["Problem404"];
            readonly 408: components["responses"]["Problem408"];
            readonly 412: components["responses"]["Problem412"];
            readonly 413: components["responses"]["Problem413"];
            readonly 415: components["responses"]["Problem415"];
            readonly 421: components["responses"]["Problem421"];
            readonly 422: components["responses"]["Problem422"];
            readonly 500: components["responses"]["Problem500"];
            readonly 503: components["responses"]["Problem503"];
            readonly 507: components["responses"]["Problem507"];
        };
    };
    readonly list_scene_histories: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description The `ETag` of what the client has. */
                readonly "If-None-Match"?: string;
            };
            readonly path: {
                /**
                 * @description The project.
                 * @example fox-story
                 */
                readonly project: components["schemas"]["ProjectId"];
                /**
                 * @description The scene, by its number or id.
                 * @example 1
                 */
                readonly scene: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description What is asked for. */
            readonly 200: {
                headers: {
                    /** @description Names this very answer (RFC 9110, section 8.8.3). */
                    readonly ETag?: string;
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Histories"];
                };
            };
            /** @description The client has it already. */
            readonly 304: {
                headers: {
                    /** @description Names this very answer (RFC 9110, section 8.8.3). */
                    readonly ETag?: string;
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly 400: components["responses"]["Problem400"];
            readonly 401: components["responses"]["Problem401"];
            readonly 403: components["responses"]["Problem403"];
            readonly 404: components["responses"]["Problem404"];
            readonly 421: components["responses"]["Problem421"];
            readonly 500: components["responses"]["Problem500"];
            readonly 503: components["responses"]["Problem503"];
        };
    };
    readonly get_scene_history: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description The `ETag` of what the client has. */
                readonly "If-None-Match"?: string;
            };
            readonly path: {
                /**
                 * @description The history's key.
                 * @example scene_video
                 */
                readonly asset_key: components["schemas"]["AssetKey"];
                /**
                 * @description The project.
                 * @example fox-story
                 */
                readonly project: components["schemas"]["ProjectId"];
                /**
                 * @description The scene, by its number or id.
                 * @example 1
                 */
                readonly scene: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description What is asked for. */
            readonly 200: {
                headers: {
                    /** @description Names this very answer (RFC 9110, section 8.8.3). */
                    readonly ETag?: string;
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["HistoryReply"];
                };
            };
            /** @description The client has it already. */
            readonly 304: {
                headers: {
                    /** @description Names this very answer (RFC 9110, section 8.8.3). */
                    readonly ETag?: string;
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly 400: components["responses"]["Problem400"];
            readonly 401: components["responses"]["Problem401"];
            readonly 403: components["responses"]["Problem403"];
            readonly 404: components["responses"]["Problem404"];
            readonly 421: components["responses"]["Problem421"];
            readonly 500: components["responses"]["Problem500"];
            readonly 503: components["responses"]["Problem503"];
        };
    };
    readonly choose_scene_best: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Makes it safe to send the request again: the same key has the same outcome. */
                readonly "Idempotency-Key"?: string;
                /** @description Changes only the record that has this `ETag`. */
                readonly "If-Match"?: string;
            };
            readonly path: {
                /**
                 * @description The history's key.
                 * @example scene_video
                 */
                readonly asset_key: components["schemas"]["AssetKey"];
                /**
                 * @description The project.
                 * @example fox-story
                 */
                readonly project: components["schemas"]["ProjectId"];
                /**
                 * @description The scene, by its number or id.
                 * @example 1
                 */
                readonly scene: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                /**
                 * @example {
                 *       "version": 1
                 *     }
                 */
                readonly "application/json": components["schemas"]["SetBest"];
            };
        };
        readonly responses: {
            /** @description The record as it is now. */
            readonly 200: {
                headers: {
                    /** @description Names this very answer (RFC 9110, section 8.8.3). */
                    readonly ETag?: string;
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["HistoryReply"];
                };
            };
            readonly 400: components["responses"]["Problem400"];
            readonly 401: components["responses"]["Problem401"];
            readonly 403: components["responses"]["Problem403"];
            readonly 404: components["responses"]["Problem404"];
            readonly 408: components["responses"]["Problem408"];
            readonly 412: components["responses"]["Problem412"];
            readonly 413: components["responses"]["Problem413"];
            readonly 415: components["responses"]["Problem415"];
            readonly 421: components["responses"]["Problem421"];
            readonly 422: components["responses"]["Problem422"];
            readonly 500: components["responses"]["Problem500"];
            readonly 503: components["responses"]["Problem503"];
            readonly 507: components["responses"]["Problem507"];
        };
    };
    readonly get_scene_version: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description The `ETag` of what the client has. */
                readonly "If-None-Match"?: string;
            };
            readonly path: {
                /**
                 * @description The history's key.
                 * @example scene_video
                 */
                readonly asset_key: components["schemas"]["AssetKey"];
                /**
                 * @description The project.
                 * @example fox-story
                 */
                readonly project: components["schemas"]["ProjectId"];
                /**
                 * @description The scene, by its number or id.
                 * @example 1
                 */
                readonly scene: string;
                /**
                 * @description The version's number.
                 * @example 1
                 */
                readonly version: number;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description What is asked for. */
            readonly 200: {
                headers: {
                    /** @description Names this very answer (RFC 9110, section 8.8.3). */
                    readonly ETag?: string;
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["AssetReply"];
                };
            };
            /** @description The client has it already. */
            readonly 304: {
                headers: {
                    /** @description Names this very answer (RFC 9110, section 8.8.3). */
                    readonly ETag?: string;
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly 400: components["responses"]["Problem400"];
            readonly 401: components["responses"]["Problem401"];
            readonly 403: components["responses"]["Problem403"];
            readonly 404: components["responses"]["Problem404"];
            readonly 421: components["responses"]["Problem421"];
            readonly 500: components["responses"]["Problem500"];
            readonly 503: components["responses"]["Problem503"];
        };
    };
    readonly change_scene_version: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Makes it safe to send the request again: the same key has the same outcome. */
                readonly "Idempotency-Key"?: string;
                /** @description Changes only the record that has this `ETag`. */
                readonly "If-Match"?: string;
            };
            readonly path: {
                /**
                 * @description The history's key.
                 * @example scene_video
                 */
                readonly asset_key: components["schemas"]["AssetKey"];
                /**
                 * @description The project.
                 * @example fox-story
                 */
                readonly project: components["schemas"]["ProjectId"];
                /**
                 * @description The scene, by its number or id.
                 * @example 1
                 */
                readonly scene: string;
                /**
                 * @description The version's number.
                 * @example 1
                 */
                readonly version: number;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                /**
                 * @example {
                 *       "notes": "The light is right.",
                 *       "tags": [
                 *         "wide"
                 *       ]
                 *     }
                 */
                readonly "application/json": components["schemas"]["AssetPatch"];
            };
        };
        readonly responses: {
            /** @description The record as it is now. */
            readonly 200: {
                headers: {
                    /** @description Names this very answer (RFC 9110, section 8.8.3). */
                    readonly ETag?: string;
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["AssetReply"];
                };
            };
            readonly 400: components["responses"]["Problem400"];
            readonly 401: components["responses"]["Problem401"];
            readonly 403: components["responses"]["Problem403"];
            readonly 404: components["responses"]["Problem404"];
            readonly 408: components["responses"]["Problem408"];
            readonly 412: components["responses"]["Problem412"];
            readonly 413: components["responses"]["Problem413"];
            readonly 415: components["responses"]["Problem415"];
            readonly 421: components["responses"]["Problem421"];
            readonly 422: components["responses"]["Problem422"];
            readonly 500: components["responses"]["Problem500"];
            readonly 503: components["responses"]["Problem503"];
            readonly 507: components["responses"]["Problem507"];
        };
    };
    readonly generate_scene_composition: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /**
                 * @description The project.
                 * @example fox-story
                 */
                readonly project: components["schemas"]["ProjectId"];
                /**
                 * @description The scene, by its number or id.
                 * @example 1
                 */
                readonly scene: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            readonly 400: components["responses"]["Problem400"];
            readonly 401: components["responses"]["Problem401"];
            readonly 403: components["responses"]["Problem403"];
            readonly 404: components["responses"]["Problem404"];
            readonly 421: components["responses"]["Problem421"];
            readonly 500: components["responses"]["Problem500"];
            readonly 501: components["responses"]["Problem501"];
            readonly 503: components["responses"]["Problem503"];
            readonly 507: components["responses"]["Problem507"];
        };
    };
    readonly generate_scene_video: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /**
                 * @description The project.
                 * @example fox-story
                 */
                readonly project: components["schemas"]["ProjectId"];
                /**
                 * @description The scene, by its number or id.
                 * @example 1
                 */
                readonly scene: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            readonly 400: components["responses"]["Problem400"];
            readonly 401: components["responses"]["Problem401"];
            readonly 403: components["responses"]["Problem403"];
            readonly 404: components["responses"]["Problem404"];
            readonly 421: components["responses"]["Problem421"];
            readonly 500: components["responses"]["Problem500"];
            readonly 501: components["responses"]["Problem501"];
            readonly 503: components["responses"]["Problem503"];
            readonly 507: components["responses"]["Problem507"];
        };
    };
    readonly restore_scene: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Makes it safe to send the request again: the same key has the same outcome. */
                readonly "Idempotency-Key"?: string;
            };
            readonly path: {
                /**
                 * @description The project.
                 * @example fox-story
                 */
                readonly project: components["schemas"]["ProjectId"];
                /**
                 * @description The scene, by its id.
                 * @example 0193a5b0-7c3e-7000-8000-000000000001
                 */
                readonly scene: components["schemas"]["Id"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The record as it is now. */
            readonly 200: {
                headers: {
                    /** @description Names this very answer (RFC 9110, section 8.8.3). */
                    readonly ETag?: string;
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["SceneReply"];
                };
            };
            readonly 400: components["responses"]["Problem400"];
            readonly 401: components["responses"]["Problem401"];
            readonly 403: components["responses"]["Problem403"];
            readonly 404: components["responses"]["Problem404"];
            readonly 409: components["responses"]["Problem409"];
            readonly 410: components["responses"]["Problem410"];
            readonly 421: components["responses"]["Problem421"];
            readonly 422: components["responses"]["Problem422"];
            readonly 500: components["responses"]["Problem500"];
            readonly 503: components["responses"]["Problem503"];
            readonly 507: components["responses"]["Problem507"];
        };
    };
    readonly reorder_scenes: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Makes it safe to send the request again: the same key has the same outcome. */
                readonly "Idempotency-Key"?: string;
            };
            readonly path: {
                /**
                 * @description The project.
                 * @example fox-story
                 */
                readonly project: components["schemas"]["ProjectId"];
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                /**
                 * @example {
                 *       "scene_ids": [
                 *         "0193a5b0-7c3e-7000-8000-00000000000b",
                 *         "0193a5b0-7c3e-7000-8000-000000000001"
                 *       ]
                 *     }
                 */
                readonly "application/json": components["schemas"]["Reorder"];
            };
        };
        readonly responses: {
            /** @description What came of it. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ScenePage"];
                };
            };
            readonly 400: components["responses"]["Problem400"];
            readonly 401: components["responses"]["Problem401"];
            readonly 403: components["responses"]["Problem403"];
            readonly 404: components["responses"]["Problem404"];
            readonly 408: components["responses"]["Problem408"];
            readonly 413: components["responses"]["Problem413"];
            readonly 415: components["responses"]["Problem415"];
            readonly 421: components["responses"]["Problem421"];
            readonly 422: components["responses"]["Problem422"];
            readonly 500: components["responses"]["Problem500"];
            readonly 503: components["responses"]["Problem503"];
            readonly 507: components["responses"]["Problem507"];
        };
    };
    readonly list_timelines: {
        readonly parameters: {
            readonly query?: {
                /** @description The `next_cursor` of the page before. */
                readonly cursor?: components["schemas"]["Id"];
                /** @description At most how many entries. */
                readonly limit?: number;
            };
            readonly header?: {
                /** @description The `ETag` of what the client has. */
                readonly "If-None-Match"?: string;
            };
            readonly path: {
                /**
                 * @description The project.
                 * @example fox-story
                 */
                readonly project: components["schemas"]["ProjectId"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description What is asked for. */
            readonly 200: {
                headers: {
                    /** @description Names this very answer (RFC 9110, section 8.8.3). */
                    readonly ETag?: string;
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["TimelinePage"];
                };
            };
            /** @description The client has it already. */
            readonly 304: {
                headers: {
                    /** @description Names this very answer (RFC 9110, section 8.8.3). */
                    readonly ETag?: string;
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly 400: components["responses"]["Problem400"];
            readonly 401: components["responses"]["Problem401"];
            readonly 403: components["responses"]["Problem403"];
            readonly 404: components["responses"]["Problem404"];
            readonly 421: components["responses"]["Problem421"];
            readonly 500: components["responses"]["Problem500"];
            readonly 503: components["responses"]["Problem503"];
        };
    };
    readonly add_timeline: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Makes it safe to send the request again: the same key has the same outcome. */
                readonly "Idempotency-Key"?: string;
            };
            readonly path: {
                /**
                 * @description The project.
                 * @example fox-story
                 */
                readonly project: components["schemas"]["ProjectId"];
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                /**
                 * @example {
                 *       "name": "Cut one",
                 *       "clips": [
                 *         {
                 *           "asset_id": "0193a5b0-7c3e-7000-8000-000000000007",
                 *           "track": "video",
                 *           "in_ms": 0,
                 *           "out_ms": 4000
                 *         }
                 *       ]
                 *     }
                 */
                readonly "application/json": components["schemas"]["NewTimeline"];
            };
        };
        readonly responses: {
            /** @description What was made. */
            readonly 201: {
                headers: {
                    /** @description Where it is, absolute. */
                    readonly Location?: string;
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["TimelineReply"];
                };
            };
            readonly 400: components["responses"]["Problem400"];
            readonly 401: components["responses"]["Problem401"];
            readonly 403: components["responses"]["Problem403"];
            readonly 404: components["responses"]["Problem404"];
            readonly 408: components["responses"]["Problem408"];
            readonly 409: components["responses"]["Problem409"];
            readonly 413: components["responses"]["Problem413"];
            readonly 415: components["responses"]["Problem415"];
            readonly 421: components["responses"]["Problem421"];
            readonly 422: components["responses"]["Problem422"];
            readonly 500: components["responses"]["Problem500"];
            readonly 503: components["responses"]["Problem503"];
            readonly 507: components["responses"]["Problem507"];
        };
    };
    readonly get_timeline: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description The `ETag` of what the client has. */
                readonly "If-None-Match"?: string;
            };
            readonly path: {
                /**
                 * @description The project.
                 * @example fox-story
                 */
                readonly project: components["schemas"]["ProjectId"];
                /**
                 * @description The timeline.
                 * @example 0193a5b0-7c3e-7000-8000-000000000005
                 */
                readonly timeline: components["schemas"]["Id"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description What is asked for. */
            readonly 200: {
                headers: {
                    /** @description Names this very answer (RFC 9110, section 8.8.3). */
                    readonly ETag?: string;
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["TimelineReply"];
                };
            };
            /** @description The client has it already. */
            readonly 304: {
                headers: {
                    /** @description Names this very answer (RFC 9110, section 8.8.3). */
                    readonly ETag?: string;
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly 400: components["responses"]["Problem400"];
            readonly 401: components["responses"]["Problem401"];
            readonly 403: components["responses"]["Problem403"];
            readonly 404: components["responses"]["Problem404"];
            readonly 421: components["responses"]["Problem421"];
            readonly 500: components["responses"]["Problem500"];
            readonly 503: components["responses"]["Problem503"];
        };
    };
    readonly delete_timeline: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Makes it safe to send the request again: the same key has the same outcome. */
                readonly "Idempotency-Key"?: string;
                /** @description Changes only the record that has this `ETag`. */
                readonly "If-Match"?: string;
            };
            readonly path: {
                /**
                 * @description The project.
                 * @example fox-story
                 */
                readonly project: components["schemas"]["ProjectId"];
                /**
                 * @description The timeline.
                 * @example 0193a5b0-7c3e-7000-8000-000000000005
                 */
                readonly timeline: components["schemas"]["Id"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description It is gone. */
            readonly 204: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly 400: components["responses"]["Problem400"];
            readonly 401: components["responses"]["Problem401"];
            readonly 403: components["responses"]["Problem403"];
            readonly 404: components["responses"]["Problem404"];
            readonly 412: components["responses"]["Problem412"];
            readonly 421: components["responses"]["Problem421"];
            readonly 422: components["responses"]["Problem422"];
            readonly 500: components["responses"]["Problem500"];
            readonly 503: components["responses"]["Problem503"];
            readonly 507: components["responses"]["Problem507"];
        };
    };
    readonly change_timeline: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Makes it safe to send the request again: the same key has the same outcome. */
                readonly "Idempotency-Key"?: string;
                /** @description Changes only the record that has this `ETag`. */
                readonly "If-Match"?: string;
            };
            readonly path: {
                /**
                 * @description The project.
                 * @example fox-story
                 */
                readonly project: components["schemas"]["ProjectId"];
                /**
                 * @description The timeline.
                 * @example 0193a5b0-7c3e-7000-8000-000000000005
                 */
                readonly timeline: components["schemas"]["Id"];
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                /**
                 * @example {
                 *       "metadata": {
                 *         "seen": true,
                 *         "draft": null
                 *       }
                 *     }
                 */
                readonly "application/json": components["schemas"]["TimelinePatch"];
                /**
                 * @example {
                 *       "metadata": {
                 *         "seen": true,
                 *         "draft": null
                 *       }
                 *     }
                 */
                readonly "application/merge-patch+json": components["schemas"]["TimelinePatch"];
            };
        };
        readonly responses: {
            /** @description The record as it is now. */
            readonly 200: {
                headers: {
                    /** @description Names this very answer (RFC 9110, section 8.8.3). */
                    readonly ETag?: string;
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["TimelineReply"];
                };
            };
            readonly 400: components["responses"]["Problem400"];
            readonly 401: components["responses"]["Problem401"];
            readonly 403: components["responses"]["Problem403"];
            readonly 404: components["responses"]["Problem404"];
            readonly 408: components["responses"]["Problem408"];
            readonly 412: components["responses"]["Problem412"];
            readonly 413: components["responses"]["Problem413"];
            readonly 415: components["responses"]["Problem415"];
            readonly 421: components["responses"]["Problem421"];
            readonly 422: components["responses"]["Problem422"];
            readonly 500: components["responses"]["Problem500"];
            readonly 503: components["responses"]["Problem503"];
            readonly 507: components["responses"]["Problem507"];
        };
    };
    readonly restore_timeline: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Makes it safe to send the request again: the same key has the same outcome. */
                readonly "Idempotency-Key"?: string;
            };
            readonly path: {
                /**
                 * @description The project.
                 * @example fox-story
                 */
                readonly project: components["schemas"]["ProjectId"];
                /**
                 * @description The timeline.
                 * @example 0193a5b0-7c3e-7000-8000-000000000005
                 */
                readonly timeline: components["schemas"]["Id"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The record as it is now. */
            readonly 200: {
                headers: {
                    /** @description Names this very answer (RFC 9110, section 8.8.3). */
                    readonly ETag?: string;
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["TimelineReply"];
                };
            };
            readonly 400: components["responses"]["Problem400"];
            readonly 401: components["responses"]["Problem401"];
            readonly 403: components["responses"]["Problem403"];
            readonly 404: components["responses"]["Problem404"];
            readonly 409: components["responses"]["Problem409"];
            readonly 410: components["responses"]["Problem410"];
            readonly 421: components["responses"]["Problem421"];
            readonly 422: components["responses"]["Problem422"];
            readonly 500: components["responses"]["Problem500"];
            readonly 503: components["responses"]["Problem503"];
            readonly 507: components["responses"]["Problem507"];
        };
    };
    readonly make_versions: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Makes it safe to send the request again: the same key has the same outcome. */
                readonly "Idempotency-Key"?: string;
            };
            readonly path: {
                /**
                 * @description The project.
                 * @example fox-story
                 */
                readonly project: components["schemas"]["ProjectId"];
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                /**
                 * @example [
                 *       {
                 *         "scope": {
                 *           "scene_number": 1
                 *         },
                 *         "asset_key": "scene_video",
                 *         "asset_id": "0193a5b0-7c3e-7000-8000-000000000008",
                 *         "set_best": true
                 *       }
                 *     ]
                 */
                readonly "application/json": readonly components["schemas"]["NewVersion"][];
            };
        };
        readonly responses: {
            /** @description What came of it. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["VersionsMade"];
                };
            };
            readonly 400: components["responses"]["Problem400"];
            readonly 401: components["responses"]["Problem401"];
            readonly 403: components["responses"]["Problem403"];
            readonly 404: components["responses"]["Problem404"];
            readonly 408: components["responses"]["Problem408"];
            readonly 413: components["responses"]["Problem413"];
            readonly 415: components["responses"]["Problem415"];
            readonly 421: components["responses"]["Problem421"];
            readonly 422: components["responses"]["Problem422"];
            readonly 500: components["responses"]["Problem500"];
            readonly 503: components["responses"]["Problem503"];
            readonly 507: components["responses"]["Problem507"];
        };
    };
    readonly choose_versions: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Makes it safe to send the request again: the same key has the same outcome. */
                readonly "Idempotency-Key"?: string;
            };
            readonly path: {
                /**
                 * @description The project.
                 * @example fox-story
                 */
                readonly project: components["schemas"]["ProjectId"];
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                /**
                 * @example [
                 *       {
                 *         "scope": {
                 *           "scene_number": 1
                 *         },
                 *         "asset_key": "scene_video",
                 *         "version": 1
                 *       }
                 *     ]
                 */
                readonly "application/json": readonly components["schemas"]["BestChoice"][];
            };
        };
        readonly responses: {
            /** @description What came of it. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["BestsReply"];
                };
            };
            readonly 400: components["responses"]["Problem400"];
            readonly 401: components["responses"]["Problem401"];
            readonly 403: components["responses"]["Problem403"];
            readonly 404: components["responses"]["Problem404"];
            readonly 408: components["responses"]["Problem408"];
            readonly 413: components["responses"]["Problem413"];
            readonly 415: components["responses"]["Problem415"];
            readonly 421: components["responses"]["Problem421"];
            readonly 422: components["responses"]["Problem422"];
            readonly 500: components["responses"]["Problem500"];
            readonly 503: components["responses"]["Problem503"];
            readonly 507: components["responses"]["Problem507"];
        };
    };
    readonly query_versions: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /**
                 * @description The project.
                 * @example fox-story
                 */
                readonly project: components["schemas"]["ProjectId"];
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                /**
                 * @example [
                 *       {
                 *         "scope": {
                 *           "scene_number": 1
                 *         },
                 *         "asset_key": "scene_video",
                 *         "which": "best"
                 *       }
                 *     ]
                 */
                readonly "application/json": readonly components["schemas"]["VersionQuery"][];
            };
        };
        readonly responses: {
            /** @description What is asked for. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": readonly components["schemas"]["VersionsFound"][];
                };
            };
            readonly 400: components["responses"]["Problem400"];
            readonly 401: components["responses"]["Problem401"];
            readonly 403: components["responses"]["Problem403"];
            readonly 404: components["responses"]["Problem404"];
            readonly 408: components["responses"]["Problem408"];
            readonly 413: components["responses"]["Problem413"];
            readonly 415: components["responses"]["Problem415"];
            readonly 421: components["responses"]["Problem421"];
            readonly 422: components["responses"]["Problem422"];
            readonly 500: components["responses"]["Problem500"];
            readonly 503: components["responses"]["Problem503"];
        };
    };
    readonly list_recent: {
        readonly parameters: {
            readonly query?: {
                /** @description At most how many entries. */
                readonly limit?: number;
            };
            readonly header?: {
                /** @description The `ETag` of what the client has. */
                readonly "If-None-Match"?: string;
            };
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description What is asked for. */
            readonly 200: {
                headers: {
                    /** @description Names this very answer (RFC 9110, section 8.8.3). */
                    readonly ETag?: string;
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["AssetPage"];
                };
            };
            /** @description The client has it already. */
            readonly 304: {
                headers: {
                    /** @description Names this very answer (RFC 9110, section 8.8.3). */
                    readonly ETag?: string;
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly 400: components["responses"]["Problem400"];
            readonly 401: components["responses"]["Problem401"];
            readonly 403: components["responses"]["Problem403"];
            readonly 421: components["responses"]["Problem421"];
            readonly 500: components["responses"]["Problem500"];
            readonly 503: components["responses"]["Problem503"];
        };
    };
    readonly list_scene_by_id_histories: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description The `ETag` of what the client has. */
                readonly "If-None-Match"?: string;
            };
            readonly path: {
                /**
                 * @description The scene, by its id.
                 * @example 0193a5b0-7c3e-7000-8000-000000000001
                 */
                readonly scene: components["schemas"]["Id"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description What is asked for. */
            readonly 200: {
                headers: {
                    /** @description Names this very answer (RFC 9110, section 8.8.3). */
                    readonly ETag?: string;
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Histories"];
                };
            };
            /** @description The client has it already. */
            readonly 304: {
                headers: {
                    /** @description Names this very answer (RFC 9110, section 8.8.3). */
                    readonly ETag?: string;
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly 400: components["responses"]["Problem400"];
            readonly 401: components["responses"]["Problem401"];
            readonly 403: components["responses"]["Problem403"];
            readonly 404: components["responses"]["Problem404"];
            readonly 421: components["responses"]["Problem421"];
            readonly 500: components["responses"]["Problem500"];
            readonly 503: components["responses"]["Problem503"];
        };
    };
    readonly get_scene_by_id_history: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description The `ETag` of what the client has. */
                readonly "If-None-Match"?: string;
            };
            readonly path: {
                /**
                 * @description The history's key.
                 * @example scene_video
                 */
                readonly asset_key: components["schemas"]["AssetKey"];
                /**
                 * @description The scene, by its id.
                 * @example 0193a5b0-7c3e-7000-8000-000000000001
                 */
                readonly scene: components["schemas"]["Id"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description What is asked for. */
            readonly 200: {
                headers: {
                    /** @description Names this very answer (RFC 9110, section 8.8.3). */
                    readonly ETag?: string;
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["HistoryReply"];
                };
            };
            /** @description The client has it already. */
            readonly 304: {
                headers: {
                    /** @description Names this very answer (RFC 9110, section 8.8.3). */
                    readonly ETag?: string;
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly 400: components["responses"]["Problem400"];
            readonly 401: components["responses"]["Problem401"];
            readonly 403: components["responses"]["Problem403"];
            readonly 404: components["responses"]["Problem404"];
            readonly 421: components["responses"]["Problem421"];
            readonly 500: components["responses"]["Problem500"];
            readonly 503: components["responses"]["Problem503"];
        };
    };
    readonly choose_scene_by_id_best: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Makes it safe to send the request again: the same key has the same outcome. */
                readonly "Idempotency-Key"?: string;
                /** @description Changes only the record that has this `ETag`. */
                readonly "If-Match"?: string;
            };
            readonly path: {
                /**
                 * @description The history's key.
                 * @example scene_video
                 */
                readonly asset_key: components["schemas"]["AssetKey"];
                /**
                 * @description The scene, by its id.
                 * @example 0193a5b0-7c3e-7000-8000-000000000001
                 */
                readonly scene: components["schemas"]["Id"];
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                /**
                 * @example {
                 *       "version": 1
                 *     }
                 */
                readonly "application/json": components["schemas"]["SetBest"];
            };
        };
        readonly responses: {
            /** @description The record as it is now. */
            readonly 200: {
                headers: {
                    /** @description Names this very answer (RFC 9110, section 8.8.3). */
                    readonly ETag?: string;
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["HistoryReply"];
                };
            };
            readonly 400: components["responses"]["Problem400"];
            readonly 401: components["responses"]["Problem401"];
            readonly 403: components["responses"]["Problem403"];
            readonly 404: components["responses"]["Problem404"];
            readonly 408: components["responses"]["Problem408"];
            readonly 412: components["responses"]["Problem412"];
            readonly 413: components["responses"]["Problem413"];
            readonly 415: components["responses"]["Problem415"];
            readonly 421: components["responses"]["Problem421"];
            readonly 422: components["responses"]["Problem422"];
            readonly 500: components["responses"]["Problem500"];
            readonly 503: components["responses"]["Problem503"];
            readonly 507: components["responses"]["Problem507"];
        };
    };
    readonly get_scene_by_id_version: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description The `ETag` of what the client has. */
                readonly "If-None-Match"?: string;
            };
            readonly path: {
                /**
                 * @description The history's key.
                 * @example scene_video
                 */
                readonly asset_key: components["schemas"]["AssetKey"];
                /**
                 * @description The scene, by its id.
                 * @example 0193a5b0-7c3e-7000-8000-000000000001
                 */
                readonly scene: components["schemas"]["Id"];
                /**
                 * @description The version's number.
                 * @example 1
                 */
                readonly version: number;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description What is asked for. */
            readonly 200: {
                headers: {
                    /** @description Names this very answer (RFC 9110, section 8.8.3). */
                    readonly ETag?: string;
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["AssetReply"];
                };
            };
            /** @description The client has it already. */
            readonly 304: {
                headers: {
                    /** @description Names this very answer (RFC 9110, section 8.8.3). */
                    readonly ETag?: string;
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly 400: components["responses"]["Problem400"];
            readonly 401: components["responses"]["Problem401"];
            readonly 403: components["responses"]["Problem403"];
            readonly 404: components["responses"]["Problem404"];
            readonly 421: components["responses"]["Problem421"];
            readonly 500: components["responses"]["Problem500"];
            readonly 503: components["responses"]["Problem503"];
        };
    };
    readonly change_scene_by_id_version: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Makes it safe to send the request again: the same key has the same outcome. */
                readonly "Idempotency-Key"?: string;
                /** @description Changes only the record that has this `ETag`. */
                readonly "If-Match"?: string;
            };
            readonly path: {
                /**
                 * @description The history's key.
                 * @example scene_video
                 */
                readonly asset_key: components["schemas"]["AssetKey"];
                /**
                 * @description The scene, by its id.
                 * @example 0193a5b0-7c3e-7000-8000-000000000001
                 */
                readonly scene: components["schemas"]["Id"];
                /**
                 * @description The version's number.
                 * @example 1
                 */
                readonly version: number;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                /**
                 * @example {
                 *       "notes": "The light is right.",
                 *       "tags": [
                 *         "wide"
                 *       ]
                 *     }
                 */
                readonly "application/json": components["schemas"]["AssetPatch"];
            };
        };
        readonly responses: {
            /** @description The record as it is now. */
            readonly 200: {
                headers: {
                    /** @description Names this very answer (RFC 9110, section 8.8.3). */
                    readonly ETag?: string;
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["AssetReply"];
                };
            };
            readonly 400: components["responses"]["Problem400"];
            readonly 401: components["responses"]["Problem401"];
            readonly 403: components["responses"]["Problem403"];
            readonly 404: components["responses"]["Problem404"];
            readonly 408: components["responses"]["Problem408"];
            readonly 412: components["responses"]["Problem412"];
            readonly 413: components["responses"]["Problem413"];
            readonly 415: components["responses"]["Problem415"];
            readonly 421: components["responses"]["Problem421"];
            readonly 422: components["responses"]["Problem422"];
            readonly 500: components["responses"]["Problem500"];
            readonly 503: components["responses"]["Problem503"];
            readonly 507: components["responses"]["Problem507"];
        };
    };
    readonly sign_url: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                /**
                 * @example {
                 *       "asset_id": "0193a5b0-7c3e-7000-8000-000000000007",
                 *       "expires_in": 3600
                 *     }
                 */
                readonly "application/json": components["schemas"]["Sign"];
            };
        };
        readonly responses: {
            /** @description What came of it. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Signed"];
                };
            };
            readonly 400: components["responses"]["Problem400"];
            readonly 401: components["responses"]["Problem401"];
            readonly 403: components["responses"]["Problem403"];
            readonly 404: components["responses"]["Problem404"];
            readonly 408: components["responses"]["Problem408"];
            readonly 413: components["responses"]["Problem413"];
            readonly 415: components["responses"]["Problem415"];
            readonly 421: components["responses"]["Problem421"];
            readonly 422: components["responses"]["Problem422"];
            readonly 500: components["responses"]["Problem500"];
            readonly 503: components["responses"]["Problem503"];
        };
    };
    readonly rotate_signing_keys: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description What came of it. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["SigningKeys"];
                };
            };
            readonly 400: components["responses"]["Problem400"];
            readonly 401: components["responses"]["Problem401"];
            readonly 403: components["responses"]["Problem403"];
            readonly 421: components["responses"]["Problem421"];
            readonly 500: components["responses"]["Problem500"];
            readonly 503: components["responses"]["Problem503"];
            readonly 507: components["responses"]["Problem507"];
        };
    };
    readonly get_stats: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description The `ETag` of what the client has. */
                readonly "If-None-Match"?: string;
            };
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description What is asked for. */
            readonly 200: {
                headers: {
                    /** @description Names this very answer (RFC 9110, section 8.8.3). */
                    readonly ETag?: string;
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["StatsReply"];
                };
            };
            /** @description The client has it already. */
            readonly 304: {
                headers: {
                    /** @description Names this very answer (RFC 9110, section 8.8.3). */
                    readonly ETag?: string;
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly 400: components["responses"]["Problem400"];
            readonly 401: components["responses"]["Problem401"];
            readonly 403: components["responses"]["Problem403"];
            readonly 421: components["responses"]["Problem421"];
            readonly 500: components["responses"]["Problem500"];
            readonly 503: components["responses"]["Problem503"];
        };
    };
    readonly check_store: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description The `ETag` of what the client has. */
                readonly "If-None-Match"?: string;
            };
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description What is asked for. */
            readonly 200: {
                headers: {
                    /** @description Names this very answer (RFC 9110, section 8.8.3). */
                    readonly ETag?: string;
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Check"];
                };
            };
            /** @description The client has it already. */
            readonly 304: {
                headers: {
                    /** @description Names this very answer (RFC 9110, section 8.8.3). */
                    readonly ETag?: string;
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly 400: components["responses"]["Problem400"];
            readonly 401: components["responses"]["Problem401"];
            readonly 403: components["responses"]["Problem403"];
            readonly 421: components["responses"]["Problem421"];
            readonly 500: components["responses"]["Problem500"];
            readonly 503: components["responses"]["Problem503"];
        };
    };
    readonly list_damage: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description The `ETag` of what the client has. */
                readonly "If-None-Match"?: string;
            };
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description What is asked for. */
            readonly 200: {
                headers: {
                    /** @description Names this very answer (RFC 9110, section 8.8.3). */
                    readonly ETag?: string;
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["DamageList"];
                };
            };
            /** @description The client has it already. */
            readonly 304: {
                headers: {
                    /** @description Names this very answer (RFC 9110, section 8.8.3). */
                    readonly ETag?: string;
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly 400: components["responses"]["Problem400"];
            readonly 401: components["responses"]["Problem401"];
            readonly 403: components["responses"]["Problem403"];
            readonly 421: components["responses"]["Problem421"];
            readonly 500: components["responses"]["Problem500"];
            readonly 503: components["responses"]["Problem503"];
        };
    };
    readonly list_found: {
        readonly parameters: {
            readonly query?: {
                /** @description The `next_cursor` of the page before. */
                readonly after?: components["schemas"]["Digest"];
                /** @description At most how many entries. */
                readonly limit?: number;
            };
            readonly header?: {
                /** @description The `ETag` of what the client has. */
                readonly "If-None-Match"?: string;
            };
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description What is asked for. */
            readonly 200: {
                headers: {
                    /** @description Names this very answer (RFC 9110, section 8.8.3). */
                    readonly ETag?: string;
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["FoundPage"];
                };
            };
            /** @description The client has it already. */
            readonly 304: {
                headers: {
                    /** @description Names this very answer (RFC 9110, section 8.8.3). */
                    readonly ETag?: string;
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly 400: components["responses"]["Problem400"];
            readonly 401: components["responses"]["Problem401"];
            readonly 403: components["responses"]["Problem403"];
            readonly 421: components["responses"]["Problem421"];
            readonly 500: components["responses"]["Problem500"];
            readonly 503: components["responses"]["Problem503"];
        };
    };
    readonly free_found: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                /**
                 * @example {
                 *       "digests": [
                 *         "8a1f62a0d3c18ee1e9e0e4b52d2fd0a28d2af6a1f1c4d6f0f8b3f8a94f4d6a77"
                 *       ],
                 *       "dry_run": true
                 *     }
                 */
                readonly "application/json": components["schemas"]["FreeFound"];
            };
        };
        readonly responses: {
            /** @description What came of it. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["SweepReport"];
                };
            };
            readonly 400: components["responses"]["Problem400"];
            readonly 401: components["responses"]["Problem401"];
            readonly 403: components["responses"]["Problem403"];
            readonly 408: components["responses"]["Problem408"];
            readonly 409: components["responses"]["Problem409"];
            readonly 413: components["responses"]["Problem413"];
            readonly 415: components["responses"]["Problem415"];
            readonly 421: components["responses"]["Problem421"];
            readonly 422: components["responses"]["Problem422"];
            readonly 500: components["responses"]["Problem500"];
            readonly 503: components["responses"]["Problem503"];
            readonly 507: components["responses"]["Problem507"];
        };
    };
    readonly get_reindex: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description The `ETag` of what the client has. */
                readonly "If-None-Match"?: string;
            };
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description What is asked for. */
            readonly 200: {
                headers: {
                    /** @description Names this very answer (RFC 9110, section 8.8.3). */
                    readonly ETag?: string;
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ReindexJob"];
                };
            };
            /** @description The client has it already. */
            readonly 304: {
                headers: {
                    /** @description Names this very answer (RFC 9110, section 8.8.3). */
                    readonly ETag?: string;
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly 400: components["responses"]["Problem400"];
            readonly 401: components["responses"]["Problem401"];
            readonly 403: components["responses"]["Problem403"];
            readonly 421: components["responses"]["Problem421"];
            readonly 500: components["responses"]["Problem500"];
            readonly 503: components["responses"]["Problem503"];
        };
    };
    readonly start_reindex: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description It has started. */
            readonly 202: {
                headers: {
                    /** @description Where it is, absolute. */
                    readonly Location?: string;
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ReindexJob"];
                };
            };
            readonly 400: components["responses"]["Problem400"];
            readonly 401: components["responses"]["Problem401"];
            readonly 403: components["responses"]["Problem403"];
            readonly 409: components["responses"]["Problem409"];
            readonly 421: components["responses"]["Problem421"];
            readonly 500: components["responses"]["Problem500"];
            readonly 503: components["responses"]["Problem503"];
            readonly 507: components["responses"]["Problem507"];
        };
    };
    readonly get_scrub: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description The `ETag` of what the client has. */
                readonly "If-None-Match"?: string;
            };
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description What is asked for. */
            readonly 200: {
                headers: {
                    /** @description Names this very answer (RFC 9110, section 8.8.3). */
                    readonly ETag?: string;
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ScrubJob"];
                };
            };
            /** @description The client has it already. */
            readonly 304: {
                headers: {
                    /** @description Names this very answer (RFC 9110, section 8.8.3). */
                    readonly ETag?: string;
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly 400: components["responses"]["Problem400"];
            readonly 401: components["responses"]["Problem401"];
            readonly 403: components["responses"]["Problem403"];
            readonly 421: components["responses"]["Problem421"];
            readonly 500: components["responses"]["Problem500"];
            readonly 503: components["responses"]["Problem503"];
        };
    };
    readonly start_scrub: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                /**
                 * @example {
                 *       "pace": "full"
                 *     }
                 */
                readonly "application/json": components["schemas"]["StartScrub"];
            };
        };
        readonly responses: {
            /** @description It has started. */
            readonly 202: {
                headers: {
                    /** @description Where it is, absolute. */
                    readonly Location?: string;
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ScrubJob"];
                };
            };
            readonly 400: components["responses"]["Problem400"];
            readonly 401: components["responses"]["Problem401"];
            readonly 403: components["responses"]["Problem403"];
            readonly 408: components["responses"]["Problem408"];
            readonly 409: components["responses"]["Problem409"];
            readonly 413: components["responses"]["Problem413"];
            readonly 415: components["responses"]["Problem415"];
            readonly 421: components["responses"]["Problem421"];
            readonly 422: components["responses"]["Problem422"];
            readonly 500: components["responses"]["Problem500"];
            readonly 503: components["responses"]["Problem503"];
            readonly 507: components["responses"]["Problem507"];
        };
    };
    readonly stop_scrub: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description What came of it. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ScrubJob"];
                };
            };
            readonly 400: components["responses"]["Problem400"];
            readonly 401: components["responses"]["Problem401"];
            readonly 403: components["responses"]["Problem403"];
            readonly 421: components["responses"]["Problem421"];
            readonly 500: components["responses"]["Problem500"];
            readonly 503: components["responses"]["Problem503"];
            readonly 507: components["responses"]["Problem507"];
        };
    };
    readonly get_store_stats: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description The `ETag` of what the client has. */
                readonly "If-None-Match"?: string;
            };
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description What is asked for. */
            readonly 200: {
                headers: {
                    /** @description Names this very answer (RFC 9110, section 8.8.3). */
                    readonly ETag?: string;
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["StoreStats"];
                };
            };
            /** @description The client has it already. */
            readonly 304: {
                headers: {
                    /** @description Names this very answer (RFC 9110, section 8.8.3). */
                    readonly ETag?: string;
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly 400: components["responses"]["Problem400"];
            readonly 401: components["responses"]["Problem401"];
            readonly 403: components["responses"]["Problem403"];
            readonly 421: components["responses"]["Problem421"];
            readonly 500: components["responses"]["Problem500"];
            readonly 503: components["responses"]["Problem503"];
        };
    };
    readonly get_sweep: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description The `ETag` of what the client has. */
                readonly "If-None-Match"?: string;
            };
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description What is asked for. */
            readonly 200: {
                headers: {
                    /** @description Names this very answer (RFC 9110, section 8.8.3). */
                    readonly ETag?: string;
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["SweepJob"];
                };
            };
            /** @description The client has it already. */
            readonly 304: {
                headers: {
                    /** @description Names this very answer (RFC 9110, section 8.8.3). */
                    readonly ETag?: string;
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly 400: components["responses"]["Problem400"];
            readonly 401: components["responses"]["Problem401"];
            readonly 403: components["responses"]["Problem403"];
            readonly 421: components["responses"]["Problem421"];
            readonly 500: components["responses"]["Problem500"];
            readonly 503: components["responses"]["Problem503"];
        };
    };
    readonly start_sweep: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                /**
                 * @example {
                 *       "grace_s": 604800,
                 *       "dry_run": true
                 *     }
                 */
                readonly "application/json": components["schemas"]["StartSweep"];
            };
        };
        readonly responses: {
            /** @description It has started. */
            readonly 202: {
                headers: {
                    /** @description Where it is, absolute. */
                    readonly Location?: string;
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["SweepJob"];
                };
            };
            readonly 400: components["responses"]["Problem400"];
            readonly 401: components["responses"]["Problem401"];
            readonly 403: components["responses"]["Problem403"];
            readonly 408: components["responses"]["Problem408"];
            readonly 409: components["responses"]["Problem409"];
            readonly 413: components["responses"]["Problem413"];
            readonly 415: components["responses"]["Problem415"];
            readonly 421: components["responses"]["Problem421"];
            readonly 422: components["responses"]["Problem422"];
            readonly 500: components["responses"]["Problem500"];
            readonly 503: components["responses"]["Problem503"];
            readonly 507: components["responses"]["Problem507"];
        };
    };
    readonly stop_sweep: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description What came of it. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["SweepJob"];
                };
            };
            readonly 400: components["responses"]["Problem400"];
            readonly 401: components["responses"]["Problem401"];
            readonly 403: components["responses"]["Problem403"];
            readonly 421: components["responses"]["Problem421"];
            readonly 500: components["responses"]["Problem500"];
            readonly 503: components["responses"]["Problem503"];
            readonly 507: components["responses"]["Problem507"];
        };
    };
    readonly verify_content: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                /**
                 * @example {
                 *       "digest": "8a1f62a0d3c18ee1e9e0e4b52d2fd0a28d2af6a1f1c4d6f0f8b3f8a94f4d6a77"
                 *     }
                 */
                readonly "application/json": components["schemas"]["Verify"];
            };
        };
        readonly responses: {
            /** @description What came of it. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Verified"];
                };
            };
            readonly 400: components["responses"]["Problem400"];
            readonly 401: components["responses"]["Problem401"];
            readonly 403: components["responses"]["Problem403"];
            readonly 404: components["responses"]["Problem404"];
            readonly 408: components["responses"]["Problem408"];
            readonly 413: components["responses"]["Problem413"];
            readonly 415: components["responses"]["Problem415"];
            readonly 421: components["responses"]["Problem421"];
            readonly 422: components["responses"]["Problem422"];
            readonly 500: components["responses"]["Problem500"];
            readonly 503: components["responses"]["Problem503"];
            readonly 507: components["responses"]["Problem507"];
        };
    };
    readonly generate_storyboard_images: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /**
                 * @description The storyboard.
                 * @example storyboard-1
                 */
                readonly storyboard: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            readonly 400: components["responses"]["Problem400"];
            readonly 401: components["responses"]["Problem401"];
            readonly 403: components["responses"]["Problem403"];
            readonly 404: components["responses"]["Problem404"];
            readonly 421: components["responses"]["Problem421"];
            readonly 500: components["responses"]["Problem500"];
            readonly 501: components["responses"]["Problem501"];
            readonly 503: components["responses"]["Problem503"];
            readonly 507: components["responses"]["Problem507"];
        };
    };
    readonly list_tags: {
        readonly parameters: {
            readonly query?: {
                /** @description The `next_cursor` of the page before. */
                readonly cursor?: components["schemas"]["Line"];
                /** @description At most how many entries. */
                readonly limit?: number;
            };
            readonly header?: {
                /** @description The `ETag` of what the client has. */
                readonly "If-None-Match"?: string;
            };
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description What is asked for. */
            readonly 200: {
                headers: {
                    /** @description Names this very answer (RFC 9110, section 8.8.3). */
                    readonly ETag?: string;
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["TagPage"];
                };
            };
            /** @description The client has it already. */
            readonly 304: {
                headers: {
                    /** @description Names this very answer (RFC 9110, section 8.8.3). */
                    readonly ETag?: string;
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly 400: components["responses"]["Problem400"];
            readonly 401: components["responses"]["Problem401"];
            readonly 403: components["responses"]["Problem403"];
            readonly 421: components["responses"]["Problem421"];
            readonly 500: components["responses"]["Problem500"];
            readonly 503: components["responses"]["Problem503"];
        };
    };
    readonly list_tokens: {
        readonly parameters: {
            readonly query?: {
                /**
                 * @description Whose: the asker's own without it; an admin may name another user.
                 * @example 0193a5b0-7c3e-7000-8000-000000000009
                 */
                readonly user_id?: components["schemas"]["Id"];
            };
            readonly header?: {
                /** @description The `ETag` of what the client has. */
                readonly "If-None-Match"?: string;
            };
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description What is asked for. */
            readonly 200: {
                headers: {
                    /** @description Names this very answer (RFC 9110, section 8.8.3). */
                    readonly ETag?: string;
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["TokenList"];
                };
            };
            /** @description The client has it already. */
            readonly 304: {
                headers: {
                    /** @description Names this very answer (RFC 9110, section 8.8.3). */
                    readonly ETag?: string;
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly 400: components["responses"]["Problem400"];
            readonly 401: components["responses"]["Problem401"];
            readonly 403: components["responses"]["Problem403"];
            readonly 421: components["responses"]["Problem421"];
            readonly 422: components["responses"]["Problem422"];
            readonly 500: components["responses"]["Problem500"];
            readonly 503: components["responses"]["Problem503"];
        };
    };
    readonly create_token: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                /**
                 * @example {
                 *       "name": "render farm",
                 *       "access": "read",
                 *       "expires_in": 86400
                 *     }
                 */
                readonly "application/json": components["schemas"]["NewToken"];
            };
        };
        readonly responses: {
            /** @description What was made. */
            readonly 201: {
                headers: {
                    /** @description Where it is, absolute. */
                    readonly Location?: string;
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["TokenMade"];
                };
            };
            readonly 400: components["responses"]["Problem400"];
            readonly 401: components["responses"]["Problem401"];
            readonly 403: components["responses"]["Problem403"];
            readonly 408: components["responses"]["Problem408"];
            readonly 413: components["responses"]["Problem413"];
            readonly 415: components["responses"]["Problem415"];
            readonly 421: components["responses"]["Problem421"];
            readonly 422: components["responses"]["Problem422"];
            readonly 500: components["responses"]["Problem500"];
            readonly 503: components["responses"]["Problem503"];
            readonly 507: components["responses"]["Problem507"];
        };
    };
    readonly revoke_token: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /**
                 * @description The token, by its id.
                 * @example 0193a5b0-7c3e-7000-8000-00000000000a
                 */
                readonly token: components["schemas"]["Id"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description It is gone. */
            readonly 204: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly 400: components["responses"]["Problem400"];
            readonly 401: components["responses"]["Problem401"];
            readonly 403: components["responses"]["Problem403"];
            readonly 404: components["responses"]["Problem404"];
            readonly 421: components["responses"]["Problem421"];
            readonly 500: components["responses"]["Problem500"];
            readonly 503: components["responses"]["Problem503"];
            readonly 507: components["responses"]["Problem507"];
        };
    };
    readonly upload_asset: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Makes it safe to send the request again: the same key has the same outcome. */
                readonly "Idempotency-Key"?: string;
            };
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                /**
                 * @example {
                 *       "file": "a film, as far as this example goes",
                 *       "filename": "dawn.mp4",
                 *       "type": "video",
                 *       "project_id": "fox-story",
                 *       "scene_number": 1,
                 *       "asset_key": "scene_video",
                 *       "provider": "studio",
                 *       "prompt": "a fox at dawn",
                 *       "tags": "[\"wide\"]",
                 *       "estimated_cost": 0.35
                 *     }
                 */
                readonly "multipart/form-data": {
                    /** @description The history's key: `scene_video`, … */
                    readonly asset_key?: components["schemas"]["AssetKey"];
                    /** @description Its role: brand, character, background, … */
                    readonly asset_type?: components["schemas"]["Line"];
                    /** @description The character there, by id; not together with a scene. */
                    readonly character_id?: components["schemas"]["Id"];
                    /** @description The same as a JSON array of one id. */
                    readonly character_ids?: string;
                    /** @description The client's own id for it. */
                    readonly client_id?: components["schemas"]["Line"];
                    /** @description When the generator was done, RFC 3339. */
                    readonly completed_at?: components["schemas"]["Time"];
                    /** @description In place of the file: the digest of bytes that one of the sender's own assets has. Where it has not, the refusal's code is `bytes_needed`: send the file. */
                    readonly digest?: components["schemas"]["Digest"];
                    /** @description Why the attempt failed; with `status=failed` only. */
                    readonly error?: components["schemas"]["Text"];
                    /** @description What it cost, a number. */
                    readonly estimated_cost?: number;
                    /**
                     * Format: binary
                     * @description The bytes, with a file name and perhaps a media type.
                     */
                    readonly file?: string;
                    /** @description A name to show in place of the file part's own. */
                    readonly filename?: string;
                    /** @description How long it took, in whole milliseconds. */
                    readonly generation_time_ms?: number;
                    /** @description The location there, by id. */
                    readonly location_id?: components["schemas"]["Id"];
                    /** @description The same as a JSON array of one id. */
                    readonly location_ids?: string;
                    /** @description A JSON object, kept as it is. */
                    readonly metadata?: string;
                    /** @description Which model. */
                    readonly model?: components["schemas"]["Line"];
                    /** @description The mood there, by id. */
                    readonly mood_id?: components["schemas"]["Id"];
                    /** @description The asset this one replaces or varies. */
                    readonly parent_id?: components["schemas"]["Id"];
                    /** @description The project whose history it becomes a version of; needs an asset key. */
                    readonly project_id?: components["schemas"]["ProjectId"];
                    /** @description What it was asked for. */
                    readonly prompt?: components["schemas"]["Text"];
                    /** @description The prompt record that it was made from. */
                    readonly prompt_id?: components["schemas"]["Line"];
                    /** @description Who ran the model. */
                    readonly provider?: components["schemas"]["Line"];
                    /** @description The scene there, by id. */
                    readonly scene_id?: components["schemas"]["Id"];
                    /** @description The scene there, by number; not together with its id. */
                    readonly scene_number?: number;
                    /** @description `true` makes it the best version in the same step. */
                    readonly set_best?: boolean;
                    /** @description A JSON array of the assets it was made from. */
                    readonly source_asset_ids?: string;
                    /**
                     * @description `ready` (also when left out), or `failed` to record a failed attempt without a file.
                     * @enum {string}
                     */
                    readonly status?: "ready" | "failed";
                    /** @description A JSON array of words. */
                    readonly tags?: string;
                    /** @description The kind of media; found in the bytes when it is left out. */
                    readonly type?: components["schemas"]["Line"];
                    /** @description The workflow that ran, under its program's own id. */
                    readonly workflow_id?: components["schemas"]["Line"];
                };
            };
        };
        readonly responses: {
            /** @description What was made. */
            readonly 201: {
                headers: {
                    /** @description Where it is, absolute. */
                    readonly Location?: string;
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["AssetReply"];
                };
            };
            readonly 400: components["responses"]["Problem400"];
            readonly 401: components["responses"]["Problem401"];
            readonly 403: components["responses"]["Problem403"];
            readonly 408: components["responses"]["Problem408"];
            readonly 409: components["responses"]["Problem409"];
            readonly 413: components["responses"]["Problem413"];
            readonly 415: components["responses"]["Problem415"];
            readonly 421: components["responses"]["Problem421"];
            readonly 422: components["responses"]["Problem422"];
            readonly 500: components["responses"]["Problem500"];
            readonly 503: components["responses"]["Problem503"];
            readonly 507: components["responses"]["Problem507"];
        };
    };
    readonly list_users: {
        readonly parameters: {
            readonly query?: {
                /** @description The `next_cursor` of the page before. */
                readonly cursor?: components["schemas"]["Id"];
                /** @description At most how many entries. */
                readonly limit?: number;
            };
            readonly header?: {
                /** @description The `ETag` of what the client has. */
                readonly "If-None-Match"?: string;
            };
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description What is asked for. */
            readonly 200: {
                headers: {
                    /** @description Names this very answer (RFC 9110, section 8.8.3). */
                    readonly ETag?: string;
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["UserPage"];
                };
            };
            /** @description The client has it already. */
            readonly 304: {
                headers: {
                    /** @description Names this very answer (RFC 9110, section 8.8.3). */
                    readonly ETag?: string;
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly 400: components["responses"]["Problem400"];
            readonly 401: components["responses"]["Problem401"];
            readonly 403: components["responses"]["Problem403"];
            readonly 421: components["responses"]["Problem421"];
            readonly 500: components["responses"]["Problem500"];
            readonly 503: components["responses"]["Problem503"];
        };
    };
    readonly create_user: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Makes it safe to send the request again: the same key has the same outcome. */
                readonly "Idempotency-Key"?: string;
            };
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                /**
                 * @example {
                 *       "name": "bea",
                 *       "role": "user"
                 *     }
                 */
                readonly "application/json": components["schemas"]["NewUser"];
            };
        };
        readonly responses: {
            /** @description What was made. */
            readonly 201: {
                headers: {
                    /** @description Where it is, absolute. */
                    readonly Location?: string;
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["UserReply"];
                };
            };
            readonly 400: components["responses"]["Problem400"];
            readonly 401: components["responses"]["Problem401"];
            readonly 403: components["responses"]["Problem403"];
            readonly 408: components["responses"]["Problem408"];
            readonly 409: components["responses"]["Problem409"];
            readonly 413: components["responses"]["Problem413"];
            readonly 415: components["responses"]["Problem415"];
            readonly 421: components["responses"]["Problem421"];
            readonly 422: components["responses"]["Problem422"];
            readonly 500: components["responses"]["Problem500"];
            readonly 503: components["responses"]["Problem503"];
            readonly 507: components["responses"]["Problem507"];
        };
    };
    readonly get_user: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description The `ETag` of what the client has. */
                readonly "If-None-Match"?: string;
            };
            readonly path: {
                /**
                 * @description The user.
                 * @example 0193a5b0-7c3e-7000-8000-000000000009
                 */
                readonly user: components["schemas"]["Id"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description What is asked for. */
            readonly 200: {
                headers: {
                    /** @description Names this very answer (RFC 9110, section 8.8.3). */
                    readonly ETag?: string;
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["UserReply"];
                };
            };
            /** @description The client has it already. */
            readonly 304: {
                headers: {
                    /** @description Names this very answer (RFC 9110, section 8.8.3). */
                    readonly ETag?: string;
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly 400: components["responses"]["Problem400"];
            readonly 401: components["responses"]["Problem401"];
            readonly 403: components["responses"]["Problem403"];
            readonly 404: components["responses"]["Problem404"];
            readonly 421: components["responses"]["Problem421"];
            readonly 500: components["responses"]["Problem500"];
            readonly 503: components["responses"]["Problem503"];
        };
    };
    readonly change_user: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Makes it safe to send the request again: the same key has the same outcome. */
                readonly "Idempotency-Key"?: string;
            };
            readonly path: {
                /**
                 * @description The user.
                 * @example 0193a5b0-7c3e-7000-8000-000000000009
                 */
                readonly user: components["schemas"]["Id"];
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                /**
                 * @example {
                 *       "is_disabled": true
                 *     }
                 */
                readonly "application/json": components["schemas"]["UserPatch"];
            };
        };
        readonly responses: {
            /** @description What came of it. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["UserReply"];
                };
            };
            readonly 400: components["responses"]["Problem400"];
            readonly 401: components["responses"]["Problem401"];
            readonly 403: components["responses"]["Problem403"];
            readonly 404: components["responses"]["Problem404"];
            readonly 408: components["responses"]["Problem408"];
            readonly 409: components["responses"]["Problem409"];
            readonly 413: components["responses"]["Problem413"];
            readonly 415: components["responses"]["Problem415"];
            readonly 421: components["responses"]["Problem421"];
            readonly 422: components["responses"]["Problem422"];
            readonly 500: components["responses"]["Problem500"];
            readonly 503: components["responses"]["Problem503"];
            readonly 507: components["responses"]["Problem507"];
        };
    };
    readonly generate_video: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            readonly 400: components["responses"]["Problem400"];
            readonly 401: components["responses"]["Problem401"];
            readonly 403: components["responses"]["Problem403"];
            readonly 421: components["responses"]["Problem421"];
            readonly 500: components["responses"]["Problem500"];
            readonly 501: components["responses"]["Problem501"];
            readonly 503: components["responses"]["Problem503"];
            readonly 507: components["responses"]["Problem507"];
        };
    };
    readonly get_workflow: {
        readonly parameters: {
            readonly query?: {
                /** @description The `next_cursor` of the page before. */
                readonly cursor?: components["schemas"]["Id"];
                /** @description At most how many entries. */
                readonly limit?: number;
            };
            readonly header?: {
                /** @description The `ETag` of what the client has. */
                readonly "If-None-Match"?: string;
            };
            readonly path: {
                /**
                 * @description The workflow, as its program calls it.
                 * @example comfy-7
                 */
                readonly workflow: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description What is asked for. */
            readonly 200: {
                headers: {
                    /** @description Names this very answer (RFC 9110, section 8.8.3). */
                    readonly ETag?: string;
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["AssetPage"];
                };
            };
            /** @description The client has it already. */
            readonly 304: {
                headers: {
                    /** @description Names this very answer (RFC 9110, section 8.8.3). */
                    readonly ETag?: string;
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly 400: components["responses"]["Problem400"];
            readonly 401: components["responses"]["Problem401"];
            readonly 403: components["responses"]["Problem403"];
            readonly 404: components["responses"]["Problem404"];
            readonly 421: components["responses"]["Problem421"];
            readonly 500: components["responses"]["Problem500"];
            readonly 503: components["responses"]["Problem503"];
        };
    };
    readonly get_health: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description It is alive, and may be starting. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Health"];
                };
            };
            readonly 400: components["responses"]["Problem400"];
            readonly 421: components["responses"]["Problem421"];
            readonly 500: components["responses"]["Problem500"];
            /** @description It stops, or takes no writes; or, as a problem, it is too busy to say. */
            readonly 503: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Health"];
                };
            };
        };
    };
    readonly get_metrics: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Everything that is counted. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "text/plain; version=0.0.4; charset=utf-8": string;
                };
            };
            readonly 400: components["responses"]["Problem400"];
            readonly 401: components["responses"]["Problem401"];
            readonly 403: components["responses"]["Problem403"];
            readonly 421: components["responses"]["Problem421"];
            readonly 500: components["responses"]["Problem500"];
            readonly 503: components["responses"]["Problem503"];
        };
    };
    readonly get_openapi: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description The `ETag` of what the client has. */
                readonly "If-None-Match"?: string;
            };
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description An OpenAPI 3.1 document. */
            readonly 200: {
                headers: {
                    /** @description Names this very answer (RFC 9110, section 8.8.3). */
                    readonly ETag?: string;
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": Record<string, unknown>;
                };
            };
            /** @description The client has it already. */
            readonly 304: {
                headers: {
                    /** @description Names this very answer (RFC 9110, section 8.8.3). */
                    readonly ETag?: string;
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly 400: components["responses"]["Problem400"];
            readonly 421: components["responses"]["Problem421"];
            readonly 500: components["responses"]["Problem500"];
            readonly 503: components["responses"]["Problem503"];
        };
    };
    readonly get_ready: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description It is. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Ready"];
                };
            };
            readonly 400: components["responses"]["Problem400"];
            readonly 421: components["responses"]["Problem421"];
            readonly 500: components["responses"]["Problem500"];
            readonly 503: components["responses"]["Problem503"];
        };
    };
}
