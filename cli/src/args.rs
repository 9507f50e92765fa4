//! The command line: what can be said, and how it is explained.

#![expect(clippy::doc_markdown, reason = "the comments are what --help prints, as plain text")]

use std::path::PathBuf;

use clap::{ArgGroup, Parser, Subcommand};
use clap_complete::Shell;
use serde_json::{Map, Value};

use crate::account::{SignLink, TokenCommand, UserCommand};
use crate::search::Find;
use crate::store::StoreCommand;
use crate::target::{History, Place, Target};

const EXIT_CODES: &str = "\
Exit codes:
  0    done
  1    failed, the message says why
  2    the command line makes no sense
  3    there is no such thing
  4    no token, a wrong one, or one that may not do this
  5    no daemon was found, or it does not answer
  130  stopped by Ctrl-C

The daemon is found by itself on its own machine, through its data directory: --data, else
./rushes-data, ~/.local/share/rushes or /var/lib/rushes.";

/// Where help shows what holds for every command.
const COMMON: &str = "For every command";

/// How a command names one asset and no other.
const ONE_ASSET: &str = "ASSET|PROJECT/SCENE/KEY@VERSION";

/// Keeps generated media: uploads, lists and fetches them through a running rushesd
#[derive(Debug, Parser)]
#[command(name = "rushes", version, after_help = EXIT_CODES)]
pub struct Args {
    /// What holds for every command.
    #[command(flatten)]
    pub common: Common,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What holds for every command.
#[derive(Debug, clap::Args)]
pub struct Common {
    /// The daemon's address, as in http://127.0.0.1:7878
    #[arg(long, global = true, help_heading = COMMON, env = "RUSHES_URL", value_name = "URL")]
    pub server: Option<String>,
    /// The token to send; RUSHES_TOKEN keeps it out of the process list
    #[arg(long, global = true, help_heading = COMMON, env = "RUSHES_TOKEN", hide_env_values = true)]
    pub token: Option<String>,
    /// The daemon's data directory, to find its address and token in
    #[arg(long, global = true, help_heading = COMMON, env = "RUSHES_DATA", value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Print one JSON document in place of text
    #[arg(long, global = true, help_heading = COMMON)]
    pub json: bool,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Say how the daemon is and how files open in its mount
    Status,
    /// Make, list and show projects
    #[command(subcommand)]
    Project(ProjectCommand),
    /// Make scenes
    #[command(subcommand)]
    Scene(SceneCommand),
    /// Upload files, each as the next version where a project and a key are given
    Put(Box<Put>),
    /// Fetch a file and check its digest
    Get(Get),
    /// List projects, or what is in a project or a scene
    Ls {
        /// PROJECT or PROJECT/SCENE; all projects without it
        #[arg(value_name = "PROJECT[/SCENE]")]
        place: Option<Place>,
    },
    /// Find assets by words and properties
    Find(Box<Find>),
    /// List all versions of a history, failed ones too
    Versions {
        /// PROJECT/SCENE/KEY or PROJECT/KEY; the parts may also stand apart
        #[arg(required = true, num_args = 1..=3, value_name = "PROJECT/SCENE/KEY")]
        history: Vec<String>,
    },
    /// Choose the best version of a history
    Best {
        /// PROJECT/SCENE/KEY or PROJECT/KEY
        #[arg(value_name = "PROJECT/SCENE/KEY")]
        history: History,
        /// Which version, from 1
        #[arg(value_parser = clap::value_parser!(u32).range(1..))]
        version: u32,
    },
    /// Look after the store: what there is, what is wrong, what may go
    #[command(subcommand)]
    Store(StoreCommand),
    /// Make, list and change users; for admins
    #[command(subcommand)]
    User(UserCommand),
    /// Make, list and revoke tokens
    #[command(subcommand)]
    Token(TokenCommand),
    /// Print a link to an asset's file that works without a token, for a time
    Sign(SignLink),
    /// Delete assets; their records and version numbers stay
    Delete(Delete),
    /// Restore deleted assets, while their bytes are there
    Restore {
        /// An asset's id, PROJECT/SCENE/KEY@VERSION or PROJECT/KEY@VERSION; more may follow
        #[arg(required = true, value_name = ONE_ASSET, value_parser = one_asset)]
        targets: Vec<Target>,
    },
    /// Print completions for a shell
    Completions {
        /// Which shell
        shell: Shell,
    },
}

/// `rushes project …`
#[derive(Debug, Subcommand)]
pub enum ProjectCommand {
    /// Make a project
    Create {
        /// What people call it
        name: String,
        /// Its id and its folder's name [default: made from the name]
        #[arg(long)]
        id: Option<String>,
        /// What it is about
        #[arg(long)]
        description: Option<String>,
    },
    /// List all projects
    List,
    /// Show one with its scenes and files
    Show {
        /// Its id
        id: String,
    },
}

/// `rushes scene …`
#[derive(Debug, Subcommand)]
pub enum SceneCommand {
    /// Add a scene to a project
    Add {
        /// The project's id
        project: String,
        /// Its title [default: Scene, with its number where one is given]
        #[arg(long)]
        title: Option<String>,
        /// Its number [default: behind the last one]
        #[arg(long, value_parser = clap::value_parser!(u32).range(1..))]
        number: Option<u32>,
        /// What happens
        #[arg(long)]
        description: Option<String>,
        /// How long it should be, in seconds
        #[arg(long, value_name = "SECONDS")]
        duration: Option<f64>,
    },
}

/// `rushes put`: what to upload, where it belongs and how it was made.
#[derive(Debug, clap::Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
#[command(group = ArgGroup::new("what").required(true).args(["files", "failed"]))]
pub struct Put {
    /// The files, uploaded in this order; - is standard input
    #[arg(value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Take the files below folders too, in the order of their names
    #[arg(short, long, conflicts_with = "failed")]
    pub recursive: bool,
    /// Skip files that are as they were when they were last put to the same place
    #[arg(long, conflicts_with_all = ["failed", "best"])]
    pub only_changed: bool,
    /// Send every file in full, and remember nothing of it
    #[arg(long, conflicts_with = "only_changed")]
    pub no_cache: bool,
    /// Project to put them in
    #[arg(long, requires = "key", value_name = "ID")]
    pub project: Option<String>,
    /// Scene there, by number or id [default: the project itself]
    #[arg(long, requires = "project", value_name = "NUMBER")]
    pub scene: Option<String>,
    /// What they are for there, as in scene_video
    #[arg(long, requires = "project")]
    pub key: Option<String>,
    /// Make the (last) one the best version
    #[arg(long)]
    pub best: bool,
    /// What the generator was asked for
    #[arg(long)]
    pub prompt: Option<String>,
    /// Who ran the model
    #[arg(long)]
    pub provider: Option<String>,
    /// Which model
    #[arg(long)]
    pub model: Option<String>,
    /// A free word; may be repeated
    #[arg(long = "tag", value_name = "WORD")]
    pub tags: Vec<String>,
    /// Kind of media, as in image or video [default: found in the bytes]
    #[arg(long = "type", value_name = "KIND")]
    pub kind: Option<String>,
    /// Role, as in character or background
    #[arg(long, value_name = "ROLE")]
    pub asset_type: Option<String>,
    /// What it cost
    #[arg(long, value_name = "NUMBER")]
    pub cost: Option<f64>,
    /// How long it took, in milliseconds
    #[arg(long, value_name = "MS")]
    pub time_ms: Option<u64>,
    /// Id of the asset that this one replaces or varies
    #[arg(long, value_name = "ASSET")]
    pub parent: Option<String>,
    /// Id of an asset that it was made from; may be repeated
    #[arg(long = "source", value_name = "ASSET")]
    pub sources: Vec<String>,
    /// Anything else, a JSON object
    #[arg(long, value_name = "JSON", value_parser = json_object)]
    pub metadata: Option<Map<String, Value>>,
    /// Name to show in place of the file's own
    #[arg(long, value_name = "NAME")]
    pub filename: Option<String>,
    /// Record a failed attempt, without a file, and why it failed
    #[arg(long, value_name = "ERROR", conflicts_with_all = ["best", "filename"])]
    pub failed: Option<String>,
    /// Makes it safe to repeat the command: the same key records nothing twice (one file only)
    #[arg(long, value_name = "KEY")]
    pub idempotency_key: Option<String>,
}

/// `rushes get`
#[derive(Debug, clap::Args)]
pub struct Get {
    /// An asset's id, PROJECT/SCENE/KEY or PROJECT/KEY: the best version, else the latest, unless
    /// @VERSION follows
    #[arg(value_name = "ASSET|PROJECT/SCENE/KEY[@VERSION]")]
    pub target: Target,
    /// Where to put it: a file, a folder, or - for standard output [default: its own name, here]
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Replace a file that exists
    #[arg(long)]
    pub force: bool,
}

/// `rushes delete`
#[derive(Debug, clap::Args)]
pub struct Delete {
    /// An asset's id, PROJECT/SCENE/KEY@VERSION or PROJECT/KEY@VERSION; more may follow
    #[arg(required = true, value_name = ONE_ASSET, value_parser = one_asset)]
    pub targets: Vec<Target>,
    /// Do not ask
    #[arg(long)]
    pub yes: bool,
    /// Only show what would be deleted
    #[arg(long)]
    pub dry_run: bool,
}

/// A target that stays the same asset: what stands for a history may change meanwhile.
fn one_asset(text: &str) -> Result<Target, String> {
    match text.parse() {
        Ok(Target::Version(_, None)) => Err("say which version: put @VERSION after it".to_owned()),
        Ok(target) => Ok(target),
        Err(error) => Err(error.to_string()),
    }
}

fn json_object(text: &str) -> Result<Map<String, Value>, String> {
    match serde_json::from_str(text) {
        Ok(Value::Object(object)) => Ok(object),
        Ok(_) => Err("not a JSON object: write it as {\"name\": value}".to_owned()),
        Err(error) => Err(format!("not JSON: {error}")),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;
    use clap::error::ErrorKind;

    use super::*;

    fn parse(line: &str) -> Result<Command, ErrorKind> {
        let words = line.split(' ').filter(|word| !word.is_empty());
        Args::try_parse_from(words).map(|args| args.command).map_err(|error| error.kind())
    }

    #[test]
    fn the_definitions_hold_together() {
        Args::command().debug_assert();
    }

    #[test]
    fn an_upload_needs_something_to_record_and_a_whole_place() {
        let missing = ErrorKind::MissingRequiredArgument;
        for line in [
            "rushes put",
            "rushes put a.mp4 --project fox",
            "rushes put a.mp4 --key scene_video",
            "rushes put a.mp4 --scene 3",
        ] {
            assert_eq!(parse(line).unwrap_err(), missing, "{line}");
        }
        let both = parse("rushes put a.mp4 --failed broken").unwrap_err();
        assert_eq!(both, ErrorKind::ArgumentConflict);
        assert_eq!(
            parse("rushes put a.mp4 --metadata [1]").unwrap_err(),
            ErrorKind::ValueValidation
        );
    }

    #[test]
    fn an_upload_is_read_whole() {
        let line = "rushes put a.mp4 - --project fox --scene 3 --key scene_video --best \
                    --tag a --tag b --source x --cost 0.5 --time-ms 12 --metadata {\"seed\":7}";
        let Ok(Command::Put(put)) = parse(line) else { panic!("not an upload") };
        assert_eq!(put.files, [PathBuf::from("a.mp4"), PathBuf::from("-")]);
        assert_eq!((put.scene.as_deref(), put.best), (Some("3"), true));
        assert_eq!(put.tags, ["a", "b"]);
        assert_eq!(put.metadata.unwrap().get("seed"), Some(&Value::from(7)));
    }

    #[test]
    fn what_holds_for_all_commands_may_stand_anywhere() {
        let args = Args::try_parse_from(["rushes", "ls", "fox/3", "--json"]).unwrap();
        assert!(args.common.json);
        assert_eq!(parse("rushes best fox/3/poster 0").unwrap_err(), ErrorKind::ValueValidation);
        assert_eq!(parse("rushes get a/b/c/d").unwrap_err(), ErrorKind::ValueValidation);
    }

    #[test]
    fn a_deletion_names_versions_and_never_what_happens_to_stand_for_a_history() {
        let Ok(Command::Delete(delete)) = parse("rushes delete 0198-a fox/1/poster@2 --yes") else {
            panic!("not a deletion")
        };
        assert_eq!((delete.targets.len(), delete.yes, delete.dry_run), (2, true, false));
        assert_eq!(parse("rushes delete fox/1/poster").unwrap_err(), ErrorKind::ValueValidation);
        assert!(parse("rushes delete").is_err() && parse("rushes restore").is_err());
    }
}
