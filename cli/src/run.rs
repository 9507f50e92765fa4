//! The commands: each is a request or a few, and what is printed of the answer.

use clap::CommandFactory;
use reqwest::{Method, Url};
use rushes_api::history::{HistoryReply, SetBest};
use rushes_api::paths;
use rushes_api::project::{
    NewProject, NewScene, ProjectPage, ProjectReply, ProjectView, SceneReply,
};

use crate::account::{sign, token, user};
use crate::args::{Args, Command, Common, Get, ProjectCommand, SceneCommand};
use crate::client::Client;
use crate::delete::{delete, restore};
use crate::discover::{Asked, find, places};
use crate::error::CliError;
use crate::get::get;
use crate::search::search;
use crate::show::{self, Output, Row};
use crate::store::store;
use crate::target::{History, Place};
use crate::upload::upload;

/// Does what the command line says.
pub async fn run(args: Args) -> Result<(), CliError> {
    let output = Output { json: args.common.json };
    if let Command::Completions { shell } = args.command {
        return completions(shell);
    }
    check(&args.command);
    let client = client(args.common)?;
    match args.command {
        Command::Status => status(&client, output).await,
        Command::Project(command) => project(&client, command, output).await,
        Command::Scene(SceneCommand::Add { project, title, number, description, duration }) => {
            let title = title.unwrap_or_else(|| match number {
                Some(number) => format!("Scene {number}"),
                None => "Scene".to_owned(),
            });
            let scene = NewScene {
                scene_number: number,
                title,
                description,
                duration_seconds: duration,
                ..NewScene::default()
            };
            let path = paths::scenes(project);
            let made: SceneReply = client.send_json(Method::POST, &path, &scene).await?;
            output.print(&made, show::scene)
        }
        Command::Put(files) => upload(&client, &files, output).await,
        Command::Get(target) => download(&client, &target, output).await,
        Command::Ls { place: None } => list_projects(&client, output).await,
        Command::Ls { place: Some(place) } => list(&client, place, output).await,
        Command::Find(asked) => search(&client, &asked, output).await,
        Command::Versions { history } => {
            let history: History = parsed(&history.join("/"));
            let reply: HistoryReply = client.get(&history.path()).await?;
            output.print(&reply, show::versions)
        }
        Command::Best { history, version } => best(&client, &history, version, output).await,
        Command::Store(command) => store(&client, command, output).await,
        Command::User(command) => user(&client, command, output).await,
        Command::Token(command) => token(&client, command, output).await,
        Command::Sign(link) => sign(&client, link, output).await,
        Command::Delete(asked) => delete(&client, &asked, output).await,
        Command::Restore { targets } => restore(&client, &targets, output).await,
        Command::Completions { .. } => Ok(()),
    }
}

/// Ends the program where the command line makes no sense in a way that clap does not see.
fn check(command: &Command) {
    match command {
        Command::Versions { history } => drop(parsed::<History>(&history.join("/"))),
        Command::Put(put) if put.files.len() > 1 && put.idempotency_key.is_some() => {
            usage("--idempotency-key stands for one request: give one file");
        }
        _ => {}
    }
}

fn client(common: Common) -> Result<Client, CliError> {
    let Common { server, token, data, json: _ } = common;
    let asked = Asked { server, token, data };
    let places = places(&asked, std::env::home_dir());
    Client::new(find(asked, places)?)
}

async fn status(client: &Client, output: Output) -> Result<(), CliError> {
    let health = client.health().await?;
    output.print(&health, |health| show::health(client.server(), health))?;
    if health.status == "ok" {
        return Ok(());
    }
    let why = health.why.unwrap_or_else(|| "it gave no reason".to_owned());
    Err(CliError::Unwell { status: health.status, why })
}

async fn project(client: &Client, command: ProjectCommand, output: Output) -> Result<(), CliError> {
    match command {
        ProjectCommand::Create { name, id, description } => {
            let project = NewProject { id, name, description, ..NewProject::default() };
            let made: ProjectReply =
                client.send_json(Method::POST, paths::PROJECTS, &project).await?;
            output.print(&made, show::project)
        }
        ProjectCommand::List => list_projects(client, output).await,
        ProjectCommand::Show { id } => {
            let view: ProjectView = client.get(&paths::project(id)).await?;
            output.print(&view, |view| {
                format!("{}\n\n{}", show::project(&view.project), contents(view))
            })
        }
    }
}

async fn list_projects(client: &Client, output: Output) -> Result<(), CliError> {
    let mut projects = Vec::new();
    let mut path = paths::PROJECTS.to_owned();
    loop {
        let page: ProjectPage = client.get(&path).await?;
        projects.extend(page.projects);
        match page.next_cursor {
            Some(cursor) => path = after(&cursor),
            None => return output.print(&projects, |projects| show::projects(projects)),
        }
    }
}

/// The page of projects that follows a cursor, whatever characters that is made of.
fn after(cursor: &str) -> String {
    let url = Url::parse_with_params("http://any", [("cursor", cursor)]);
    let query = url.ok().and_then(|url| url.query().map(str::to_owned)).unwrap_or_default();
    format!("{}?{query}", paths::PROJECTS)
}

async fn list(client: &Client, place: Place, output: Output) -> Result<(), CliError> {
    match place {
        Place { project, scene: None } => {
            let view: ProjectView = client.get(&paths::project(project)).await?;
            output.print(&view, contents)
        }
        Place { project, scene: Some(scene) } => {
            let scene: SceneReply = client.get(&paths::scene(project, scene)).await?;
            output.print(&scene, |scene| show::histories(&rows(scene)))
        }
    }
}

fn contents(view: &ProjectView) -> String {
    let own = view.assets.values().map(|history| (None, Some(history)));
    let rows: Vec<Row<'_>> = own.chain(view.scenes.iter().flat_map(rows)).collect();
    show::histories(&rows)
}

fn rows(scene: &SceneReply) -> Vec<Row<'_>> {
    let of = Some((scene.scene_number, scene.record.title.as_str()));
    if scene.assets.histories.is_empty() {
        return vec![(of, None)];
    }
    scene.assets.histories.values().map(|history| (of, Some(history))).collect()
}

async fn download(client: &Client, target: &Get, output: Output) -> Result<(), CliError> {
    let (asset, file) = get(client, target).await?;
    match file {
        Some(file) => output.print(&asset, |asset| {
            let size = show::bytes(asset.size.unwrap_or_default());
            format!("{}  {size}", file.display())
        }),
        None => Ok(()),
    }
}

async fn best(
    client: &Client,
    history: &History,
    version: u32,
    output: Output,
) -> Result<(), CliError> {
    let (path, best) = (history.best_path(), SetBest { version });
    let reply: HistoryReply = client.send_json(Method::PUT, &path, &best).await?;
    output.print(&reply, show::versions)
}

fn completions(shell: clap_complete::Shell) -> Result<(), CliError> {
    // Into memory first: the generator panics when its writer fails.
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut Args::command(), "rushes", &mut text);
    Ok(std::io::Write::write_all(&mut std::io::stdout(), &text)?)
}

/// Reads what clap could not: an argument in several words.
fn parsed<T: std::str::FromStr<Err: std::fmt::Display>>(text: &str) -> T {
    text.parse().unwrap_or_else(|error| usage(&format!("{text}: {error}")))
}

/// Ends the program as clap does.
fn usage(message: &str) -> ! {
    Args::command().error(clap::error::ErrorKind::ValueValidation, message).exit()
}
