/** What a map of histories says, without asking anybody. */

import type { AssetReply, Histories, HistoryReply } from "./schema.js";

/** What stands for a history: the chosen version, else the latest ready one. */
export function getBestAsset(assets: Histories, assetKey: string): AssetReply | undefined {
    const history = assets[assetKey];
    return history === undefined ? undefined : standing(history);
}

/** What stands for each history that has anything, by asset key. */
export function getAllBestFromAssets(assets: Histories): Record<string, AssetReply> {
    const best: Record<string, AssetReply> = {};
    for (const [key, history] of Object.entries(assets)) {
        const asset = standing(history);
        if (asset !== undefined) {
            best[key] = asset;
        }
    }
    return best;
}

/**
 * Where the bytes of what stands for a history are, or those of one version; `undefined` where
 * there are none. What a page can show has a URL that works without a token for a day or two; the
 * URL of anything else needs the token.
 */
export function getAssetUrl(
    assets: Histories,
    assetKey: string,
    version?: number,
): string | undefined {
    const asset = version === undefined
        ? getBestAsset(assets, assetKey)
        : assets[assetKey]?.versions.find((one) => one.version === version);
    return asset?.public_url ?? asset?.url ?? undefined;
}

/** The same for several keys; those that have no bytes are left out. */
export function getAssetUrls(
    assets: Histories,
    assetKeys: Iterable<string>,
): Record<string, string> {
    const urls: Record<string, string> = {};
    for (const key of assetKeys) {
        const url = getAssetUrl(assets, key);
        if (url !== undefined) {
            urls[key] = url;
        }
    }
    return urls;
}

function standing({ current, versions }: HistoryReply): AssetReply | undefined {
    return versions.find((one) => one.version === current?.version);
}
