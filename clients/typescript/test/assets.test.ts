/** The helpers, each against a real daemon. */

import assert from "node:assert/strict";
import { test } from "node:test";

import {
    ConflictError, ProblemError, getAllBestFromAssets, getBestAsset, type Scope,
} from "@rushes/client";

import { bytes, counting, daemon, project } from "./daemon.js";

const rushesd = await daemon();
const rushes = rushesd.client();

test("takes become versions, and the chosen one stands for the history", async () => {
    const { id, scene } = await project(rushes, "Takes");
    const take = bytes();
    const first = await rushes.upload(take, {
        project_id: id,
        scene_id: scene,
        asset_key: "scene_video",
        prompt: "a fox at dusk",
        tags: ["dusk", "wide"],
        estimated_cost: 0.4,
        metadata: { seed: 7 },
    });
    assert.equal(first.version, 1);
    assert.deepEqual(first.tags, ["dusk", "wide"]);
    assert.deepEqual(first.metadata, { seed: 7 });
    assert.equal(first.media_type, "video/mp4");
    const second = await rushes.upload(new File([bytes()], "take 2.mp4"), {
        project_id: id,
        scene_number: 1,
        asset_key: "scene_video",
    });
    assert.equal(second.filename, "take 2.mp4");
    const at = { scene_id: scene };
    assert.equal((await rushes.getBestAsset(at, "scene_video"))?.id, second.id);
    const chosen = await rushes.setBest(at, "scene_video", 1);
    assert.equal(chosen.best, 1);
    const assets = await rushes.getSceneAssets(scene);
    assert.equal(assets["scene_video"]?.versions.length, 2);
    assert.equal(getBestAsset(assets, "scene_video")?.id, first.id);
    assert.equal(getAllBestFromAssets(assets)["scene_video"]?.id, first.id);
    assert.equal(getBestAsset(assets, "scene_audio"), undefined);
    const whole = await rushes.download(first.id);
    assert.equal(await whole.text(), await take.text());
    const part = await rushes.download(first.id, { range: "bytes=0-3" });
    assert.equal(part.status, 206);
    assert.equal(await part.text(), (await take.text()).slice(0, 4));
});

test("URLs show the bytes without a token, of any version and of several keys", async () => {
    const { id, scene } = await project(rushes, "Urls");
    const at = { project_id: id, scene_id: scene };
    const [old, now, sound] = [bytes(), bytes(), new Blob(["RIFF\0\0\0\0WAVEfmt "])];
    const of = (asset_key: string) => ({ project_id: id, scene_id: scene, asset_key });
    await rushes.upload(old, of("scene_video"));
    await rushes.upload(now, of("scene_video"));
    await rushes.upload(sound, of("scene_audio"));
    await rushes.upload(undefined, { ...of("scene_video"), status: "failed", error: "no GPU" });
    const shown = async (url: string | undefined): Promise<string> => {
        const response = await fetch(url!);
        assert.equal(response.status, 200);
        return response.text();
    };
    assert.equal(await shown(await rushes.getAssetUrl(at, "scene_video")), await now.text());
    assert.equal(await shown(await rushes.getAssetUrl(at, "scene_video", 1)), await old.text());
    assert.equal(await rushes.getAssetUrl(at, "scene_video", 3), undefined, "it failed");
    assert.equal(await rushes.getAssetUrl(at, "scene_video", 4), undefined, "it is not there");
    const urls = await rushes.getAssetUrls(at, ["scene_audio", "scene_video", "scene_thumbnail"]);
    assert.deepEqual(Object.keys(urls), ["scene_audio", "scene_video"]);
    assert.equal(await shown(urls["scene_audio"]), await sound.text());
});

test("versions are made for several entities at once, one bad entry spoils no other", async () => {
    const { id, scene } = await project(rushes, "Batch");
    const character = await rushes.call("post", "/api/projects/{project}/characters", {
        path: { project: id },
        body: { name: "Fox" },
    });
    const [start, end, face] = await Promise.all([
        rushes.upload(bytes()), rushes.upload(bytes()), rushes.upload(bytes()),
    ]);
    const { versions, errors } = await rushes.createVersions(id, [
        { scope: { scene_id: scene }, asset_key: "scene_start_frame", asset_id: start.id },
        { scope: { scene_number: 9 }, asset_key: "scene_end_frame", asset_id: end.id },
        { scope: { character_id: character.id }, asset_key: "portrait", asset_id: face.id },
        { asset_key: "poster", asset_id: end.id, set_best: true },
    ]);
    assert.deepEqual(versions.map((one) => one.asset_key), [
        "scene_start_frame", "portrait", "poster",
    ]);
    assert.deepEqual(errors.map((one) => [one.index, one.problem.code]), [[1, "invalid"]]);

    const best = await rushes.getAllBest(id);
    assert.deepEqual(new Set(best.map((one) => one.asset_id)),
        new Set([start.id, face.id, end.id]));
    assert.deepEqual(best.filter((one) => one.chosen).map((one) => one.asset_key), ["poster"]);
    const some = await rushes.getAllBest(id, ["portrait", "poster"]);
    assert.deepEqual(some.map((one) => one.asset_key).sort(), ["portrait", "poster"]);
    for (const { scope, asset_key, asset_id } of best) {
        // The scope of a record goes straight back in.
        assert.equal((await rushes.getBestAsset(scope, asset_key))?.id, asset_id);
    }
});

test("a guarded change meets the record that somebody else has changed", async () => {
    const { id } = await project(rushes, "Guard");
    const at = { project_id: id };
    await rushes.upload(bytes(), { project_id: id, asset_key: "poster" });
    const seen = await rushes.getVersion(at, "poster", 1);
    const other = rushesd.client();
    const theirs = await other.updateMetadata(at, "poster", 1, { notes: "theirs" });
    const patch = { evaluation: { quality_score: 0.95 } };
    const refused = await rushes.updateMetadata(at, "poster", 1, patch, { ifMatch: seen })
        .catch((error: unknown) => error);
    assert.ok(refused instanceof ConflictError);
    assert.equal(refused.code, "changed");
    assert.deepEqual(refused.current, theirs);
    const again = await rushes.getVersion(at, "poster", 1);
    const ours = await rushes.updateMetadata(at, "poster", 1, patch, { ifMatch: again });
    assert.deepEqual([ours.notes, ours.evaluation], ["theirs", patch.evaluation]);
    // What a change answers guards the next one.
    await rushes.updateMetadata(at, "poster", 1, { notes: null }, { ifMatch: ours });
    // A record that came inside of another has no tag, and nothing is changed unguarded.
    const inside = await rushes.getBestAsset(at, "poster");
    assert.equal(rushes.etagOf(inside!), undefined);
    const blind = rushes.updateMetadata(at, "poster", 1, { notes: "x" }, { ifMatch: inside! });
    await assert.rejects(blind, TypeError);
    assert.equal((await rushes.getVersion(at, "poster", 1)).notes, undefined);
});

test("a list is walked to its end, page by page", async () => {
    for (let at = 0; at < 7; at++) {
        await rushes.upload(bytes(), { tags: ["walked"] });
    }
    const seen = new Set<string>();
    const query = { tag: "walked", limit: 3 };
    // What was recorded is found within a second.
    while ((await rushes.call("get", "/api/assets", { query })).total < 7) {
        await new Promise((resolve) => setTimeout(resolve, 20));
    }
    for await (const asset of rushes.each("/api/assets", "assets", { query })) {
        seen.add(asset.id);
    }
    assert.equal(seen.size, 7);
    const names: string[] = [];
    for await (const one of rushes.each("/api/projects", "projects", { query: { limit: 1 } })) {
        names.push(one.name);
    }
    assert.ok(names.length >= 4 && new Set(names).size === names.length, names.join());
});

test("a refusal says what is wrong, where, and under which name it stands in the log", async () => {
    const refused = await rushes.call("post", "/api/projects", {
        body: { name: "" },
    }).catch((error: unknown) => error);
    assert.ok(refused instanceof ProblemError);
    assert.deepEqual([refused.status, refused.code, refused.field], [422, "invalid", "name"]);
    assert.match(refused.message, /^invalid: name/);
    assert.equal(refused.problem?.instance, `urn:rushes:request:${refused.requestId}`);
    const missing = await rushes.getBestAsset({ project_id: "none" }, "poster")
        .catch((error: unknown) => error);
    assert.ok(missing instanceof ProblemError && !(missing instanceof ConflictError));
    assert.equal(missing.code, "not_found");
    const stranger = rushesd.client({ token: "wrong" });
    await assert.rejects(stranger.getAllBest("fox"), { code: "unauthorized", status: 401 });
});

test("a token may be one that is made for each request", async () => {
    let asked = 0;
    const client = rushesd.client({
        token: async () => {
            asked += 1;
            return rushesd.token;
        },
    });
    await client.call("get", "/api/stats");
    await client.call("get", "/api/tags");
    assert.equal(asked, 2);
});

test("whatever a name holds, it is one segment of the path", async () => {
    await assert.rejects(rushes.getAllBest(".."), TypeError);
    await assert.rejects(rushes.getAssets({ project_id: "" }), TypeError);
    const { fetch, sent } = counting();
    const watched = rushesd.client({ fetch });
    await assert.rejects(watched.getAllBest("a/../../x?y#z"), { code: "not_found" });
    assert.deepEqual(sent, ["GET /api/projects/a%2F..%2F..%2Fx%3Fy%23z/best"]);
});

test("a scope names one part", async () => {
    const two = { project_id: "a", scene_id: "b", mood_id: "c" };
    // @ts-expect-error: two are named
    const wrong: Scope = two;
    await assert.rejects(rushes.getAssets(wrong), /one part/);
});

test("calls are typed by the document", () => {
    // @ts-expect-error: there is no such path
    void (() => rushes.call("get", "/api/nowhere"));
    // @ts-expect-error: the path takes no such method
    void (() => rushes.call("delete", "/api/projects"));
    // @ts-expect-error: the project is missing
    void (() => rushes.call("get", "/api/projects/{project}"));
    // @ts-expect-error: a name is a text
    void (() => rushes.call("post", "/api/projects", { body: { name: 7 } }));
    // @ts-expect-error: a page of projects holds no scenes
    void (() => rushes.each("/api/projects", "scenes"));
    // @ts-expect-error: nothing of this is said of an upload
    void (() => rushes.upload(undefined, { colour: "red" }));
    void (async () => {
        const gone: undefined = await rushes.call("delete", "/api/tokens/{token}", {
            path: { token: "x" },
        });
        return gone;
    });
});
