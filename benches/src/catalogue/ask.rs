//! The questions that are asked all day, one after the other.

use std::time::Instant;

use rushes_catalog::Catalog;
use rushes_catalog::costs::{CostBy, CostQuery};
use rushes_catalog::model::{Part, Scope};
use rushes_catalog::search::{Field, Find, SearchError, Sort};

use super::film::{ASSETS_EACH, Dice, KEY, VIEWER, project_id};

/// Asks for projects, histories and costs.
pub fn facts(catalog: &Catalog, assets: usize, rounds: usize) {
    let projects = u64::try_from(assets / ASSETS_EACH).unwrap().max(1);
    let mut dice = Dice(41);
    let mut any = || project_id(usize::try_from(dice.roll(projects)).unwrap());
    measure("a project with 100 scenes and its best versions", "≤ 2 ms", rounds, || {
        let facts = catalog.project_facts(VIEWER, &any()).unwrap().unwrap();
        assert_eq!(facts.scenes.len(), 100);
    });
    let scenes = catalog.project_facts(VIEWER, &any()).unwrap().unwrap().scenes;
    let mut scenes = scenes.iter().cycle();
    measure("one history with its versions' records", "≤ 0.5 ms", rounds, || {
        let scene = scenes.next().unwrap();
        let project = scene.project_id.clone();
        let scope = Scope { project, part: Some(Part::Scene(scene.id)) };
        let key = KEY.parse().unwrap();
        catalog.history(VIEWER, &scope, &key).unwrap().unwrap();
        assert_eq!(catalog.version_assets(VIEWER, (&scope, &key)).unwrap().len(), 5);
    });
    for (name, by) in [("provider", CostBy::Provider), ("project", CostBy::Project)] {
        costs(catalog, &format!("costs of everything by {name}"), by, rounds / 20);
    }
    costs(catalog, "costs of everything by scene, a page of 1,000", CostBy::Scene, rounds / 20);
}

fn costs(catalog: &Catalog, what: &str, by: CostBy, rounds: usize) {
    let (project, from, to, after) = (None, None, None, None);
    let query = CostQuery { by, project, from, to, after, limit: 1000 };
    measure(what, "≤ 200 ms", rounds, || {
        assert!(!catalog.costs(VIEWER, &query).unwrap().groups.is_empty());
    });
}

/// Searches.
pub fn words(catalog: &Catalog, rounds: usize) {
    let facets = Field::COUNTED.to_vec();
    let filtered = |words: String, field: Field, value: String| Find {
        words: Some(words),
        filters: vec![(field, value)],
        counted: facets.clone(),
        limit: 50,
        ..Find::default()
    };
    let search = |what: &str, bar: &str, rounds: usize, find: &mut dyn FnMut() -> Find| {
        let mut refused = 0;
        measure(what, bar, rounds, || match catalog.find(VIEWER, &find()) {
            Ok(_) => {}
            Err(SearchError::TooLong) => refused += 1,
            Err(error) => panic!("{error}"),
        });
        if refused > 0 {
            println!("| (refused as too long) | {refused} of {rounds} | |");
        }
    };
    let mut dice = Dice(42);
    search("word + filter + facets", "≤ 20 / 50 ms", rounds, &mut || {
        let value = format!("provider{}", dice.roll(8));
        filtered(format!("w{}", dice.word()), Field::Provider, value)
    });
    search("the most frequent word + filter + facets", "", rounds / 10, &mut || {
        filtered("w0".to_owned(), Field::Kind, "image".to_owned())
    });
    let mut dice = Dice(43);
    search("two words, by relevance", "", rounds, &mut || Find {
        words: Some(format!("w{} w{}", dice.roll(200), dice.word())),
        limit: 50,
        ..Find::default()
    });
    search("everything, the newest", "", rounds / 10, &mut || Find {
        limit: 50,
        ..Find::default()
    });
    search("everything by name, with facets", "", rounds / 10, &mut || Find {
        sort: Some(Sort::Name),
        counted: facets.clone(),
        limit: 50,
        ..Find::default()
    });
}

fn measure(what: &str, bar: &str, rounds: usize, mut ask: impl FnMut()) {
    let mut times = Vec::new();
    for _ in 0..rounds.max(10) {
        let begun = Instant::now();
        ask();
        times.push(begun.elapsed().as_secs_f64() * 1e3);
    }
    times.sort_by(f64::total_cmp);
    let at = |part: usize| times.get(times.len() * part / 100).copied().unwrap_or(f64::NAN);
    println!("| {what}: median / 95% | {:.2} / {:.2} ms | {bar} |", at(50), at(95));
}
