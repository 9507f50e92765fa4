//! `rushes find`: assets by words and properties.

use reqwest::Url;
use rushes_api::{AssetsFound, paths};

use crate::client::Client;
use crate::error::CliError;
use crate::show::{self, Output};

/// What is looked for.
#[derive(Debug, clap::Args)]
pub struct Find {
    /// Words of the prompt, the name, tags or notes; all must be there. "two words" in double
    /// quotes must stand together, -word (after --) must not be there, and the last may be wor*
    #[arg(value_name = "WORDS")]
    pub words: Vec<String>,
    /// Kind of media, as in image or video
    #[arg(long = "type", value_name = "KIND")]
    pub kind: Option<String>,
    /// Role, as in character or background
    #[arg(long, value_name = "ROLE")]
    pub asset_type: Option<String>,
    /// Who ran the model
    #[arg(long)]
    pub provider: Option<String>,
    /// Which model
    #[arg(long)]
    pub model: Option<String>,
    /// ready, failed or archived
    #[arg(long)]
    pub status: Option<String>,
    /// A tag
    #[arg(long, value_name = "WORD")]
    pub tag: Option<String>,
    /// The project they are for
    #[arg(long, value_name = "ID")]
    pub project: Option<String>,
    /// The scene they are for, by id, or by number in a project
    #[arg(long, value_name = "NUMBER")]
    pub scene: Option<String>,
    /// What they are for there, as in `scene_video`
    #[arg(long)]
    pub key: Option<String>,
    /// The seed in their metadata
    #[arg(long)]
    pub seed: Option<String>,
    /// Recorded on this day, at this time, or later
    #[arg(long, value_name = "TIME")]
    pub from: Option<String>,
    /// Recorded on this day or before, or before this time
    #[arg(long, value_name = "TIME")]
    pub to: Option<String>,
    /// relevance, newest, oldest, cost, -cost or name [default: relevance with words, else newest]
    #[arg(long, allow_hyphen_values = true)]
    pub sort: Option<String>,
    /// How many
    #[arg(long, default_value = "50", value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub limit: u32,
}

/// Prints what is found.
pub async fn search(client: &Client, asked: &Find, output: Output) -> Result<(), CliError> {
    let found: AssetsFound = client.get(&path(asked)).await?;
    output.print(&found, show::found)
}

fn path(asked: &Find) -> String {
    let (words, limit) = (asked.words.join(" "), asked.limit.to_string());
    let members = [
        ("q", Some(&words).filter(|words| !words.is_empty())),
        ("type", asked.kind.as_ref()),
        ("asset_type", asked.asset_type.as_ref()),
        ("provider", asked.provider.as_ref()),
        ("model", asked.model.as_ref()),
        ("status", asked.status.as_ref()),
        ("tag", asked.tag.as_ref()),
        ("project_id", asked.project.as_ref()),
        ("scene_id", asked.scene.as_ref()),
        ("asset_key", asked.key.as_ref()),
        ("seed", asked.seed.as_ref()),
        ("from", asked.from.as_ref()),
        ("to", asked.to.as_ref()),
        ("sort", asked.sort.as_ref()),
        ("limit", Some(&limit)),
    ];
    let members = members.into_iter().filter_map(|(name, value)| Some((name, value?)));
    let url = Url::parse_with_params("http://any", members);
    let query = url.ok().and_then(|url| url.query().map(str::to_owned)).unwrap_or_default();
    format!("{}?{query}", paths::ASSETS)
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Debug, Parser)]
    struct Line {
        #[command(flatten)]
        find: Find,
    }

    #[test]
    fn words_and_properties_become_one_query() {
        let line = ["find", "red", "ยามค่ำ", "--scene", "3", "--project", "fox", "--sort", "-cost"];
        assert_eq!(
            path(&Line::parse_from(line).find),
            "/api/assets?q=red+%E0%B8%A2%E0%B8%B2%E0%B8%A1%E0%B8%84%E0%B9%88%E0%B8%B3\
             &project_id=fox&scene_id=3&sort=-cost&limit=50"
        );
        let line = ["find", "--limit", "7", "--", "fox", "-night", "\"a den\""];
        assert_eq!(path(&Line::parse_from(line).find), {
            "/api/assets?q=fox+-night+%22a+den%22&limit=7"
        });
        assert!(Line::try_parse_from(["find", "--limit", "0"]).is_err());
    }
}
