//! What a search finds, in which order, and what it counts.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![expect(clippy::indexing_slicing, reason = "a test fails by panicking")]

mod rebuild;
mod stage;

use rushes_catalog::command::{ChangeAsset, Command, NewAsset};
use rushes_catalog::ids::AssetId;
use rushes_catalog::marks::AssetPatch;
use rushes_catalog::model::{Generation, Status};
use rushes_catalog::search::{Field, Find, Sort};
use serde_json::json;

use stage::{BEGIN_MS, OTHER, Stage, VIEWER, asked, names, shot, target};

#[test]
fn words_phrases_exclusions_and_beginnings_find_what_holds_them() {
    let stage = Stage::set();
    for (name, prompt) in [
        ("one.png", "A red fox in tall grass, cinematic"),
        ("two.png", "Tall buildings; a fox-red sky at night"),
        ("three.png", "Café foxtrot à la française"),
        ("Red_Fox_04.png", "blue"),
    ] {
        stage.add(VIEWER, shot(name, prompt));
    }
    stage.settle();
    let found = |words: &str| {
        let mut names = stage.names(words, &[]);
        names.sort();
        names
    };
    assert_eq!(found("fox"), ["Red_Fox_04.png", "one.png", "two.png"]);
    assert_eq!(found("FOX red"), ["Red_Fox_04.png", "one.png", "two.png"]);
    assert_eq!(found("\"red fox\""), ["Red_Fox_04.png", "one.png"]);
    assert_eq!(found("\"fox red\""), ["two.png"]);
    assert_eq!(found("fox -\"red fox\""), ["two.png"]);
    assert_eq!(found("-fox"), ["three.png"]);
    assert_eq!(found("tall fox*"), ["one.png", "two.png"]);
    assert_eq!(found("fox*").len(), 4);
    assert_eq!(found("cafe FRANCAISE"), ["three.png"]);
    assert_eq!(found("fox café"), [""; 0]);
    assert_eq!(found("png").len(), 4);
    assert_eq!(found("").len(), 4);
}

#[test]
fn scripts_without_spaces_are_found_by_any_stretch() {
    let stage = Stage::set();
    stage.add(VIEWER, shot("thai", "สุนัขจิ้งจอกสีแดงวิ่งผ่านทุ่งหญ้าตอนพระอาทิตย์ตก"));
    stage.add(VIEWER, shot("japanese", "夕暮れの草原を走る赤い狐、シネマティック"));
    stage.add(VIEWER, shot("chinese", "一只红狐在黄昏的草地上奔跑"));
    stage.add(VIEWER, shot("burmese", "မြေခွေးနီတစ်ကောင်"));
    stage.add(VIEWER, shot("hindi", "लाल लोमड़ी घास में"));
    stage.add(VIEWER, shot("arabic", "ثعلب أحمر في العشب"));
    stage.settle();
    for (words, found) in [
        ("จิ้งจอก", vec!["thai"]),
        ("สีแดง ทุ่งหญ้า", vec!["thai"]),
        ("สีเขียว", vec![]),
        ("草原", vec!["japanese"]),
        ("シネマ", vec!["japanese"]),
        ("ｼﾈﾏ", vec!["japanese"]),
        ("红狐", vec!["chinese"]),
        ("狐", vec!["chinese", "japanese"]),
        ("狐 -草原", vec!["chinese"]),
        ("跑", vec!["chinese"]),
        ("ခွေး", vec!["burmese"]),
        ("लोमड़ी", vec!["hindi"]),
        ("أحمر", vec!["arabic"]),
    ] {
        let mut names = stage.names(words, &[]);
        names.sort();
        assert_eq!(names, found, "{words}");
    }
}

/// Four assets that differ in everything.
fn varied(stage: &Stage) {
    stage.project(VIEWER, "Fox");
    stage.project(VIEWER, "Owl");
    let made = |provider: &str, model: &str, cost: Option<f64>| Generation {
        provider: Some(provider.to_owned()),
        model: Some(model.to_owned()),
        estimated_cost: cost,
        ..Generation::default()
    };
    let seed = |seed| {
        let serde_json::Value::Object(metadata) = json!({"seed": seed}) else { panic!() };
        metadata
    };
    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
    stage.add(
        VIEWER,
        NewAsset {
            asset_type: Some("character".to_owned()),
            tags: words(&["hero", "red"]),
            generation: made("fal", "flux", Some(0.25)),
            metadata: seed(json!(18_446_744_073_709_551_615_u64)),
            target: Some(target("fox", "scene_start_frame", true)),
            ..shot("a", "")
        },
    );
    stage.add(
        VIEWER,
        NewAsset {
            kind: "video".to_owned(),
            tags: words(&["hero"]),
            generation: made("fal", "kling", Some(1.5)),
            metadata: seed(json!("42")),
            target: Some(target("fox", "trailer", false)),
            ..shot("b", "")
        },
    );
    stage.add(
        VIEWER,
        NewAsset {
            status: Status::Failed,
            content: None,
            generation: Generation {
                error: Some("timeout".to_owned()),
                ..made("kie", "kling", None)
            },
            client_id: Some("mine-3".to_owned()),
            target: Some(target("owl", "trailer", false)),
            ..shot("c", "")
        },
    );
    stage.add(VIEWER, NewAsset { metadata: seed(json!(42)), ..shot("d", "") });
}

#[test]
fn every_property_narrows_what_is_found() {
    let stage = Stage::set();
    varied(&stage);
    stage.settle();
    let scene = stage.catalog.scenes(VIEWER, &"fox".parse().unwrap(), None, 1).unwrap();
    let scene = scene.first().unwrap().id.to_string();
    for (field, value, found) in [
        (Field::Kind, "video", vec!["b"]),
        (Field::AssetType, "character", vec!["a"]),
        (Field::Provider, "fal", vec!["b", "a"]),
        (Field::Provider, "fa", vec![]),
        (Field::Model, "kling", vec!["c", "b"]),
        (Field::Status, "failed", vec!["c"]),
        (Field::Tag, "hero", vec!["b", "a"]),
        (Field::Project, "fox", vec!["b", "a"]),
        (Field::Scene, scene.as_str(), vec!["a"]),
        (Field::AssetKey, "trailer", vec!["c", "b"]),
        (Field::ClientId, "mine-3", vec!["c"]),
        (Field::Seed, "42", vec!["d", "b"]),
        (Field::Seed, "18446744073709551615", vec!["a"]),
    ] {
        assert_eq!(stage.names("", &[(field, value)]), found, "{field:?} {value}");
    }
    assert_eq!(stage.names("", &[(Field::Provider, "fal"), (Field::Model, "kling")]), ["b"]);
    assert_eq!(stage.names("trailer", &[(Field::Project, "owl")]), ["c"]);
    let begin = u64::try_from(BEGIN_MS).unwrap();
    let find = |find: Find| names(&stage.catalog.find(VIEWER, &find).unwrap());
    let within = |from, to| Find { created_ms: Some((from, to)), ..asked("", &[]) };
    assert_eq!(find(within(begin + 2000, begin + 4000)), ["c", "b"]);
    let costing = |least, most| Find { cost: (least, most), ..asked("", &[]) };
    assert_eq!(find(costing(Some(0.25), Some(1.0))), ["a"]);
    assert_eq!(find(costing(None, Some(1.5))), ["b", "a"]);
    assert_eq!(find(costing(Some(0.3), None)), ["b"]);
}

#[test]
fn values_are_counted_over_all_pages() {
    let stage = Stage::set();
    varied(&stage);
    stage.settle();
    let counted = vec![Field::Provider, Field::Tag, Field::Project, Field::Status];
    let find = Find { counted, limit: 1, ..asked("", &[]) };
    let found = stage.catalog.find(VIEWER, &find).unwrap();
    assert_eq!((found.assets.len(), found.total), (1, 4));
    let counts = |values: &[(&str, u64)]| -> Vec<(String, u64)> {
        values.iter().map(|(value, count)| ((*value).to_owned(), *count)).collect()
    };
    let expected = [
        (Field::Provider, counts(&[("fal", 2), ("kie", 1)])),
        (Field::Tag, counts(&[("hero", 2), ("red", 1)])),
        (Field::Project, counts(&[("fox", 2), ("owl", 1)])),
        (Field::Status, counts(&[("ready", 3), ("failed", 1)])),
    ];
    assert_eq!(found.counts, expected);
    let next = Find { cursor: found.next_cursor, filters: Vec::new(), ..find };
    assert_eq!(stage.catalog.find(VIEWER, &next).unwrap().counts, expected);
}

#[test]
fn each_order_is_what_it_says() {
    let stage = Stage::set();
    let costing = |name: &str, prompt: &str, cost| NewAsset {
        generation: Generation {
            estimated_cost: cost,
            prompt: Some(prompt.to_owned()),
            ..Generation::default()
        },
        ..shot(name, "")
    };
    stage.add(VIEWER, costing("Éclair", "fox", Some(2.0)));
    stage.add(VIEWER, costing("apple", &format!("fox {}", "grass ".repeat(200)), None));
    stage.add(VIEWER, costing("Zebra", "fox fox fox", Some(0.0)));
    stage.add(VIEWER, costing("dune", "fox", Some(2.5)));
    stage.settle();
    let sorted = |sort| {
        let find = Find { sort: Some(sort), ..asked("fox", &[]) };
        names(&stage.catalog.find(VIEWER, &find).unwrap())
    };
    assert_eq!(sorted(Sort::Newest), ["dune", "Zebra", "apple", "Éclair"]);
    assert_eq!(sorted(Sort::Oldest), ["Éclair", "apple", "Zebra", "dune"]);
    assert_eq!(sorted(Sort::Name), ["apple", "dune", "Éclair", "Zebra"]);
    assert_eq!(sorted(Sort::Cheapest), ["Zebra", "Éclair", "dune", "apple"]);
    assert_eq!(sorted(Sort::Dearest), ["dune", "Éclair", "Zebra", "apple"]);
    assert_eq!(sorted(Sort::Relevance), ["Zebra", "dune", "Éclair", "apple"]);
    assert_eq!(stage.names("fox", &[]), sorted(Sort::Relevance));
    assert_eq!(stage.names("", &[]), sorted(Sort::Newest));
}

#[test]
fn a_walk_by_cursor_sees_everything_once_while_assets_come() {
    let stage = Stage::set();
    let mut before: Vec<AssetId> = Vec::new();
    for number in 0..40 {
        let prompt = format!("fox {}", "grass ".repeat(number % 7));
        before.push(stage.add(VIEWER, shot(&format!("take {}", number % 5), &prompt)));
    }
    before.sort();
    stage.settle();
    let sorts =
        [Sort::Relevance, Sort::Newest, Sort::Oldest, Sort::Cheapest, Sort::Dearest, Sort::Name];
    for sort in sorts {
        let (mut seen, mut cursor) = (Vec::new(), None);
        loop {
            let find = Find { sort: Some(sort), limit: 7, cursor, ..asked("fox", &[]) };
            let found = stage.catalog.find(VIEWER, &find).unwrap();
            seen.extend(found.assets.iter().map(|asset| asset.id));
            let other = Find { words: Some("grass".to_owned()), ..find };
            cursor = found.next_cursor.clone();
            if cursor.is_none() {
                break;
            }
            let other = Find { cursor: found.next_cursor, ..other };
            let error = stage.catalog.find(VIEWER, &other).unwrap_err().to_string();
            assert!(error.starts_with("cursor: belongs to another search"), "{error}");
            // Others come meanwhile, everywhere in the order.
            stage.add(VIEWER, shot("take 2", "fox grass"));
            if seen.len() < 8 {
                stage.settle();
            }
        }
        let mut of_before: Vec<_> = seen.iter().filter(|id| before.contains(id)).copied().collect();
        of_before.sort();
        assert_eq!(of_before, before, "{sort:?}");
        let count = seen.len();
        seen.sort();
        seen.dedup();
        assert_eq!(seen.len(), count, "{sort:?} shows one twice");
    }
}

#[test]
fn changes_deletions_and_restorations_are_followed() {
    let stage = Stage::set();
    stage.project(VIEWER, "Fox");
    let id = stage.add(VIEWER, shot("one.png", "a fox"));
    let submit = |command| stage.catalog.submit(VIEWER, command, None).unwrap();
    let change = |patch, target| {
        let change = ChangeAsset { id, patch, expected: None, merged: None, target };
        submit(Command::ChangeAsset(Box::new(change)));
        stage.settle();
    };
    let patch = AssetPatch {
        notes: Some(Some("too dark".to_owned())),
        tags: Some(vec!["night".to_owned()]),
        is_archived: Some(true),
        ..AssetPatch::default()
    };
    change(patch, None);
    assert_eq!(stage.names("dark night fox", &[(Field::Status, "archived")]), ["one.png"]);
    let patch = AssetPatch {
        filename: Some("two.png".to_owned()),
        notes: Some(None),
        is_archived: Some(false),
        ..AssetPatch::default()
    };
    change(patch, Some(target("fox", "poster", false)));
    assert_eq!(stage.names("dark", &[]), [""; 0]);
    let placed = [(Field::Status, "ready"), (Field::AssetKey, "poster"), (Field::Tag, "night")];
    assert_eq!(stage.names("fox", &placed), ["two.png"]);
    submit(Command::DeleteAsset { id, expected: None });
    // What is deleted is not found, whether the index has seen that or not.
    assert_eq!(stage.names("fox", &[]), [""; 0]);
    stage.settle();
    let found = stage.catalog.find(VIEWER, &asked("fox", &[])).unwrap();
    assert_eq!((found.total, found.assets.len()), (0, 0));
    submit(Command::RestoreAsset { id });
    stage.settle();
    assert_eq!(stage.names("fox", &placed), ["two.png"]);
}

#[test]
fn nobody_finds_or_counts_what_is_anothers() {
    let stage = Stage::set();
    let tagged = |name: &str, tag: &str| NewAsset {
        tags: vec![tag.to_owned()],
        ..shot(name, "the same red fox")
    };
    stage.add(VIEWER, tagged("mine", "shared"));
    for number in 0..30 {
        stage.add(OTHER, tagged("theirs", &format!("foxglove{number}")));
    }
    stage.settle();
    let find = Find { counted: Field::COUNTED.to_vec(), ..asked("fox", &[]) };
    let found = stage.catalog.find(VIEWER, &find).unwrap();
    assert_eq!((names(&found), found.total), (vec!["mine".to_owned()], 1));
    assert_eq!(found.counts.iter().map(|(_, values)| values.len()).max(), Some(1));
    assert_eq!(stage.names("foxg*", &[]), [""; 0]);
    assert_eq!(stage.names("\"red fox\" fox*", &[]), ["mine"]);
    assert_eq!(stage.names("-nothing", &[]), ["mine"]);
    let page = Find { limit: 1, ..asked("fox", &[]) };
    let theirs = stage.catalog.find(OTHER, &page).unwrap();
    assert_eq!(theirs.total, 30);
    let stolen = Find { cursor: theirs.next_cursor, ..page };
    assert!(stage.catalog.find(VIEWER, &stolen).is_err(), "a cursor is of one user");
}

#[test]
fn what_cannot_be_asked_is_refused_by_name() {
    let stage = Stage::set();
    stage.settle();
    let refused = |find: Find| stage.catalog.find(VIEWER, &find).unwrap_err().to_string();
    assert_eq!(refused(asked("\"fox", &[])), {
        "q: a \" is not closed: put another one behind the phrase"
    });
    let costing = |least, most| Find { cost: (least, most), ..asked("", &[]) };
    for cost in [f64::NAN, -1.0, f64::INFINITY, 1e9] {
        assert_eq!(refused(costing(Some(cost), None)), {
            "cost_min: must be a number from 0 to 1000000"
        });
        assert_eq!(refused(costing(None, Some(cost))), {
            "cost_max: must be a number from 0 to 1000000"
        });
    }
    let cursor = Find { cursor: Some("zz".to_owned()), ..asked("", &[]) };
    assert_eq!(refused(cursor), "cursor: is none that this search gave");
}
