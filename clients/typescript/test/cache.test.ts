/** The cache, against a real daemon: what is asked, and what is answered without asking. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { bytes, counting, daemon, project } from "./daemon.js";

const rushesd = await daemon();

test("what is known is asked for again only by its tag", async () => {
    const { fetch, statuses } = counting();
    const rushes = rushesd.client({ fetch });
    const { scene } = await project(rushes, "Tags");
    const first = await rushes.getSceneAssets(scene);
    assert.equal(await rushes.getSceneAssets(scene), first, "the very same");
    assert.deepEqual(statuses, [201, 200, 304]);
});

test("equal requests at once are one", async () => {
    const { fetch, sent } = counting();
    const rushes = rushesd.client({ fetch });
    const { scene } = await project(rushes, "Once");
    sent.length = 0;
    const at = { scene_id: scene };
    await Promise.all([
        rushes.getSceneAssets(scene), rushes.getBestAsset(at, "a"), rushes.getAssetUrl(at, "b"),
    ]);
    assert.equal(sent.length, 1);
    // One that can be ended alone is alone.
    const { signal } = new AbortController();
    await Promise.all([rushes.getAssets(at), rushes.getAssets(at, { signal })]);
    assert.equal(sent.length, 3);
});

test("what is young is answered without asking, until it may have changed", async () => {
    const { fetch, sent, statuses } = counting();
    const rushes = rushesd.client({ fetch, cacheAgeMsMax: 600_000 });
    const other = rushesd.client();
    const { id, scene } = await project(rushes, "Young");
    const at = { project_id: id, scene_id: scene };
    const read = async (): Promise<number> => {
        const assets = await rushes.getSceneAssets(scene);
        return assets["scene_video"]?.versions.length ?? 0;
    };
    assert.equal(await read(), 0);
    sent.length = 0;
    assert.equal(await read(), 0);
    assert.deepEqual(sent, []);
    // Somebody else's change is seen after an invalidation, which events will bring.
    await other.upload(bytes(), { ...at, asset_key: "scene_video" });
    assert.equal(await read(), 0);
    rushes.invalidate((path) => path.startsWith("/api/projects/"));
    assert.equal(await read(), 0, "another path");
    rushes.invalidate((path) => path.includes(scene));
    assert.equal(await read(), 1);
    // Its own change is seen at once, without one.
    await rushes.upload(bytes(), { ...at, asset_key: "scene_video" });
    assert.equal(await read(), 2);
    rushes.invalidate();
    statuses.length = 0;
    assert.equal(await read(), 2);
    assert.deepEqual(statuses, [304], "what is marked is kept, and asked for by its tag");
});

test("an answer that was on its way when something changed is not taken for fresh", async () => {
    let letGo = (): void => {};
    const held = new Promise<void>((resolve) => {
        letGo = resolve;
    });
    let holds = false;
    const { fetch, sent } = counting();
    const rushes = rushesd.client({
        cacheAgeMsMax: 600_000,
        fetch: async (input, init) => {
            const response = await fetch(input, init);
            if (holds && init?.method === "GET") {
                holds = false;
                await held;
            }
            return response;
        },
    });
    const { id, scene } = await project(rushes, "Late");
    holds = true;
    const late = rushes.getSceneAssets(scene);
    const upload = { project_id: id, scene_id: scene, asset_key: "scene_video" };
    await rushes.upload(bytes(), upload);
    const now = await rushes.getSceneAssets(scene);
    assert.equal(now["scene_video"]?.versions.length, 1, "it did not join the late one");
    letGo();
    assert.deepEqual(await late, {}, "whoever asked before gets what was");
    sent.length = 0;
    assert.equal(await rushes.getSceneAssets(scene), now, "and it pushes nothing newer out");
    assert.deepEqual(sent, []);
});

test("there are never more entries than allowed, and the least used one goes", async () => {
    const { fetch, statuses } = counting();
    const rushes = rushesd.client({ fetch, cacheEntriesMax: 2 });
    const ids: string[] = [];
    for (const name of ["A", "B", "C"]) {
        ids.push((await project(rushes, name)).id);
    }
    const [a, b, c] = ids as [string, string, string];
    statuses.length = 0;
    for (const id of [a, b, a, c, a, b]) {
        await rushes.getAllBest(id);
    }
    assert.deepEqual(statuses, [200, 200, 304, 200, 304, 200]);
    const none = rushesd.client({ fetch, cacheEntriesMax: 0 });
    statuses.length = 0;
    await none.getAllBest(a);
    await none.getAllBest(a);
    assert.deepEqual(statuses, [200, 200]);
});

test("a request that failed is asked again", async () => {
    const rushes = rushesd.client({ cacheAgeMsMax: 600_000 });
    const read = () => rushes.getAllBest("not-yet");
    await assert.rejects(read(), { code: "not_found" });
    await rushesd.client().call("post", "/api/projects", { body: { id: "not-yet", name: "x" } });
    assert.deepEqual(await read(), []);
});
