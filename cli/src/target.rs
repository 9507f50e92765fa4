//! How a person names an asset, a history or a version on the command line.

use std::fmt;
use std::str::FromStr;

use rushes_api::paths;

/// A history: of a scene, or of a project itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct History {
    /// The project's id.
    pub project: String,
    /// The scene's number or id; `None` for the project's own history.
    pub scene: Option<String>,
    /// The asset key.
    pub key: String,
}

/// What `rushes get` gets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// One asset, by its id.
    Asset(String),
    /// A version of a history; `None` is the best, else the latest one with bytes.
    Version(History, Option<u32>),
}

/// A project, or one scene of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The project's id.
    pub project: String,
    /// The scene's number or id.
    pub scene: Option<String>,
}

/// A text that names nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotATarget {
    /// Not a history.
    #[error("write PROJECT/SCENE/KEY, or PROJECT/KEY for a file of the project itself")]
    History,
    /// Not an asset or a version.
    #[error("write an asset's id, or PROJECT/SCENE/KEY with @VERSION after it for one version")]
    Version,
    /// Not a project or a scene.
    #[error("write PROJECT or PROJECT/SCENE")]
    Place,
}

impl History {
    /// Where it is.
    pub fn path(&self) -> String {
        paths::history(&self.of(), &self.key)
    }

    /// Where its best version is chosen.
    pub fn best_path(&self) -> String {
        paths::best(&self.of(), &self.key)
    }

    fn of(&self) -> String {
        match &self.scene {
            Some(scene) => paths::scene(&self.project, scene),
            None => paths::project(&self.project),
        }
    }
}

impl FromStr for History {
    type Err = NotATarget;

    fn from_str(text: &str) -> Result<Self, NotATarget> {
        let parts: Vec<&str> = text.split('/').collect();
        if parts.iter().any(|part| part.is_empty()) {
            return Err(NotATarget::History);
        }
        let (project, scene, key) = match parts.as_slice() {
            [project, scene, key] => (project, Some((*scene).to_owned()), key),
            [project, key] => (project, None, key),
            _ => return Err(NotATarget::History),
        };
        Ok(Self { project: (*project).to_owned(), scene, key: (*key).to_owned() })
    }
}

impl fmt::Display for History {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.scene {
            Some(scene) => write!(f, "{}/{scene}/{}", self.project, self.key),
            None => write!(f, "{}/{}", self.project, self.key),
        }
    }
}

impl FromStr for Target {
    type Err = NotATarget;

    fn from_str(text: &str) -> Result<Self, NotATarget> {
        if !text.contains('/') {
            let is_id = !text.is_empty() && !text.contains('@');
            return is_id.then(|| Self::Asset(text.to_owned())).ok_or(NotATarget::Version);
        }
        let (history, version) = match text.rsplit_once('@') {
            Some((history, version)) => {
                let number = version.strip_prefix('v').unwrap_or(version).parse();
                (history, Some(number.map_err(|_| NotATarget::Version)?))
            }
            None => (text, None),
        };
        Ok(Self::Version(history.parse().map_err(|_| NotATarget::Version)?, version))
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Asset(id) => f.write_str(id),
            Self::Version(history, Some(version)) => write!(f, "{history}@{version}"),
            Self::Version(history, None) => history.fmt(f),
        }
    }
}

impl FromStr for Place {
    type Err = NotATarget;

    fn from_str(text: &str) -> Result<Self, NotATarget> {
        let text = text.strip_suffix('/').unwrap_or(text);
        let (project, scene) = match text.split_once('/') {
            Some((project, scene)) => (project, Some(scene)),
            None => (text, None),
        };
        let is_name = |name: &str| !name.is_empty() && !name.contains('/');
        if !is_name(project) || scene.is_some_and(|scene| !is_name(scene)) {
            return Err(NotATarget::Place);
        }
        Ok(Self { project: project.to_owned(), scene: scene.map(str::to_owned) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn history(scene: Option<&str>) -> History {
        History { project: "fox".into(), scene: scene.map(Into::into), key: "poster".into() }
    }

    #[test]
    fn names_are_read_and_written_alike() {
        let read = |text: &str| text.parse::<Target>().unwrap();
        assert_eq!(read("0198-abc"), Target::Asset("0198-abc".into()));
        assert_eq!(read("fox/poster"), Target::Version(history(None), None));
        assert_eq!(read("fox/3/poster@12"), Target::Version(history(Some("3")), Some(12)));
        assert_eq!(read("fox/3/poster@v012"), Target::Version(history(Some("3")), Some(12)));
        for text in ["0198-abc", "fox/poster", "fox/3/poster@12"] {
            assert_eq!(read(text).to_string(), text);
        }
    }

    #[test]
    fn what_names_nothing_is_refused_with_the_right_form() {
        for text in ["", "a@2", "/a", "a//b", "a/b/c/d", "a/b@", "a/b@x", "a/b@-1"] {
            assert_eq!(text.parse::<Target>(), Err(NotATarget::Version), "{text}");
        }
        for text in ["", "/", "/3", "a/b/c"] {
            assert_eq!(text.parse::<Place>(), Err(NotATarget::Place), "{text}");
        }
        assert_eq!("a".parse::<History>(), Err(NotATarget::History));
    }

    #[test]
    fn a_place_is_a_project_or_a_scene() {
        let place = |text: &str| text.parse::<Place>().unwrap().scene;
        assert_eq!(place("fox"), None);
        assert_eq!(place("fox/"), None);
        assert_eq!(place("fox/3"), Some("3".to_owned()));
    }
}
