//! A studio's work that looks like any other: the same in every run.

use rushes_catalog::command::{Command, NewAsset, NewProject, NewScene, PartRef, SceneRef, Target};
use rushes_catalog::ids::{AssetId, ProjectId, UserId};
use rushes_catalog::model::{Content, Generation, Status, Viewer};
use rushes_digest::Digest;

/// Whose work it is.
pub const VIEWER: Viewer = Viewer { user: UserId::from_bytes([7; 16]) };
/// Assets of a project: in each of its scenes two histories of five versions.
pub const ASSETS_EACH: usize = 1000;
/// Scenes of a project.
pub const SCENES: u32 = 100;
/// Words of a prompt.
const WORDS_EACH: usize = 40;
/// Different words: each has this many times fewer assets than the one before it.
const VOCABULARY: u64 = 20_000;
/// The key of each scene's first history.
pub const KEY: &str = "keyframe";

/// Numbers that look random and are the same in every run.
pub struct Dice(pub u64);

impl Dice {
    /// A number below another one.
    pub fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }

    /// Small numbers far more often than large ones, as words are used.
    pub fn word(&mut self) -> u64 {
        let top = self.roll(VOCABULARY) + 1;
        self.roll(top)
    }
}

/// The id of a project.
pub fn project_id(number: usize) -> ProjectId {
    format!("film-{number}").parse().unwrap()
}

/// Makes a project with its scenes.
pub fn project(number: usize) -> Command {
    let scenes = (0..SCENES).map(|_| NewScene::default()).collect();
    let project = NewProject { scenes, ..NewProject::named(format!("film {number}")) };
    Command::CreateProject(Box::new(project))
}

/// Records one of a project's assets: scene by scene, take by take.
pub fn asset(dice: &mut Dice, project: usize, number: usize) -> Command {
    let words: Vec<_> = (0..WORDS_EACH).map(|_| format!("w{}", dice.word())).collect();
    let id = AssetId::generate();
    let scenes = usize::try_from(SCENES).unwrap();
    let scene = u32::try_from(number % scenes).unwrap() + 1;
    let target = Target {
        project: project_id(project),
        part: Some(PartRef::Scene(SceneRef::Number(scene))),
        asset_key: (if (number / scenes).is_multiple_of(2) { KEY } else { "clip" })
            .parse()
            .unwrap(),
        set_best: dice.roll(3) == 0,
    };
    Command::AddAsset(Box::new(NewAsset {
        id,
        kind: (if number.is_multiple_of(3) { "image" } else { "video" }).to_owned(),
        asset_type: None,
        status: Status::Ready,
        filename: format!("take {number}.png"),
        content: Some(Content {
            digest: Digest::of(id.as_bytes()),
            size: 1000,
            media_type: "image/png".to_owned(),
            extension: "png".to_owned(),
            modified_ms: None,
        }),
        target: Some(target),
        tags: vec![format!("tag{}", dice.roll(100))],
        client_id: None,
        generation: Generation {
            provider: Some(format!("provider{}", dice.roll(8))),
            model: Some(format!("model{}", dice.roll(30))),
            prompt: Some(words.join(" ")),
            estimated_cost: Some(0.25),
            ..Generation::default()
        },
        metadata: serde_json::Map::new(),
        metadata_digest: None,
    }))
}
