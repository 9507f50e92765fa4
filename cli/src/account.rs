//! `rushes user …`, `rushes token …`, `rushes sign`: who may ask, with what, and links for others.
//!
//! Invariant: a token's secret goes to standard output once, and nowhere else.

use clap::{Subcommand, ValueEnum};
use comfy_table::Cell;
use reqwest::{Method, Url};
use rushes_api::{
    Access, NewToken, NewUser, Role, Sign, Signed, TokenList, TokenMade, TokenReply, UserPage,
    UserPatch, UserReply, paths,
};

use crate::client::Client;
use crate::error::CliError;
use crate::show::{Output, plain, table};

/// Seconds of a day.
const DAY_S: u64 = 24 * 60 * 60;

/// `rushes user …`
#[derive(Debug, Subcommand)]
pub enum UserCommand {
    /// Make a user
    Add {
        /// Its name
        name: String,
        /// Let it look after the daemon, too
        #[arg(long)]
        admin: bool,
    },
    /// List all users
    List,
    /// Change a user's name
    Rename {
        /// Its name or id
        user: String,
        /// Its new name
        name: String,
    },
    /// Say whether a user looks after the daemon
    Role {
        /// Its name or id
        user: String,
        /// Which role
        #[arg(value_enum)]
        role: RoleName,
    },
    /// Answer a user nothing any more: its tokens and links stop working
    Disable {
        /// Its name or id
        user: String,
    },
    /// Answer a disabled user again
    Enable {
        /// Its name or id
        user: String,
    },
}

/// A user's role.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum RoleName {
    /// It looks after its own things.
    User,
    /// It looks after the daemon, too.
    Admin,
}

/// `rushes token …`
#[derive(Debug, Subcommand)]
pub enum TokenCommand {
    /// Make a token and print it: it is shown this once
    Create {
        /// What to call it, so that you know it again
        name: String,
        /// What it may do
        #[arg(long, value_enum, default_value_t = AccessName::Write)]
        access: AccessName,
        /// The one project that it sees [default: all]
        #[arg(long, value_name = "ID")]
        project: Option<String>,
        /// In how many days it ends [default: never]
        #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u64).range(1..=3650))]
        days: Option<u64>,
        /// For which user, by name or id; for admins [default: yourself]
        #[arg(long, value_name = "USER")]
        user: Option<String>,
    },
    /// List tokens, without their secrets
    List {
        /// Of which user, by name or id; for admins [default: yourself]
        #[arg(long, value_name = "USER")]
        user: Option<String>,
    },
    /// Revoke a token: it is refused from now on
    Revoke {
        /// Its id, as `list` shows it
        id: String,
    },
}

/// What a token may do.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum AccessName {
    /// See what is there.
    Read,
    /// Change it, too.
    Write,
    /// Look after the daemon, too.
    Admin,
}

/// `rushes sign`
#[derive(Debug, clap::Args)]
pub struct SignLink {
    /// An asset's id, or its place in the mount
    #[arg(value_name = "ASSET|PATH")]
    pub target: String,
    /// For how many hours
    #[arg(long, default_value_t = 24, value_name = "HOURS",
          value_parser = clap::value_parser!(u64).range(1..=168))]
    pub hours: u64,
}

/// Does what the command line says about users.
pub async fn user(client: &Client, command: UserCommand, output: Output) -> Result<(), CliError> {
    let (user, change) = match command {
        UserCommand::List => {
            let users = users(client).await?;
            return output.print(&users, |users| list_users(users));
        }
        UserCommand::Add { name, admin } => {
            let role = if admin { Role::Admin } else { Role::User };
            let new = NewUser { name, role };
            let made: UserReply = client.send_json(Method::POST, paths::USERS, &new).await?;
            return output.print(&made, |made| list_users(std::slice::from_ref(made)));
        }
        UserCommand::Rename { user, name } => {
            (user, UserPatch { name: Some(name), ..UserPatch::default() })
        }
        UserCommand::Role { user, role } => {
            let role = match role {
                RoleName::User => Role::User,
                RoleName::Admin => Role::Admin,
            };
            (user, UserPatch { role: Some(role), ..UserPatch::default() })
        }
        UserCommand::Disable { user } => {
            (user, UserPatch { is_disabled: Some(true), ..UserPatch::default() })
        }
        UserCommand::Enable { user } => {
            (user, UserPatch { is_disabled: Some(false), ..UserPatch::default() })
        }
    };
    let path = paths::user(id_of(client, user).await?);
    let changed: UserReply = client.send_json(Method::PATCH, &path, &change).await?;
    output.print(&changed, |changed| list_users(std::slice::from_ref(changed)))
}

/// Does what the command line says about tokens.
pub async fn token(client: &Client, command: TokenCommand, output: Output) -> Result<(), CliError> {
    match command {
        TokenCommand::Create { name, access, project, days, user } => {
            let access = match access {
                AccessName::Read => Access::Read,
                AccessName::Write => Access::Write,
                AccessName::Admin => Access::Admin,
            };
            let user_id = match user {
                Some(user) => Some(id_of(client, user).await?),
                None => None,
            };
            let expires_in = days.map(|days| days * DAY_S);
            let new = NewToken { name, access, project_id: project, expires_in, user_id };
            let made: TokenMade = client.send_json(Method::POST, paths::TOKENS, &new).await?;
            output.print(&made, |made| plain(&made.token))
        }
        TokenCommand::List { user } => {
            let path = match user {
                Some(user) => with_query(paths::TOKENS, "user_id", &id_of(client, user).await?),
                None => paths::TOKENS.to_owned(),
            };
            let list: TokenList = client.get(&path).await?;
            output.print(&list.tokens, |tokens| list_tokens(tokens))
        }
        TokenCommand::Revoke { id } => {
            let request = client.request(Method::DELETE, &paths::token(id))?;
            client.send(request).await.map(drop)
        }
    }
}

/// Prints a link that works without a token.
pub async fn sign(client: &Client, link: SignLink, output: Output) -> Result<(), CliError> {
    let SignLink { target, hours } = link;
    let (asset_id, path) =
        if target.contains('/') { (None, Some(target)) } else { (Some(target), None) };
    let ask = Sign { asset_id, path, expires_in: hours * 60 * 60 };
    let signed: Signed = client.send_json(Method::POST, paths::SIGN, &ask).await?;
    output.print(&signed, |signed| plain(&signed.url))
}

async fn users(client: &Client) -> Result<Vec<UserReply>, CliError> {
    let mut users = Vec::new();
    let mut path = paths::USERS.to_owned();
    loop {
        let page: UserPage = client.get(&path).await?;
        users.extend(page.users);
        match page.next_cursor {
            Some(cursor) => path = with_query(paths::USERS, "cursor", &cursor),
            None => return Ok(users),
        }
    }
}

/// A user's id; a text that is no user's name is taken for one.
async fn id_of(client: &Client, user: String) -> Result<String, CliError> {
    let known = users(client).await?.into_iter().find(|known| known.name == user);
    Ok(known.map_or(user, |known| known.id))
}

fn with_query(path: &str, name: &str, value: &str) -> String {
    let url = Url::parse_with_params("http://any", [(name, value)]);
    let query = url.ok().and_then(|url| url.query().map(str::to_owned)).unwrap_or_default();
    format!("{path}?{query}")
}

fn list_users(users: &[UserReply]) -> String {
    let mut table = table(["USER", "ROLE", "STATE", "CREATED", "ID"]);
    for user in users {
        let role = match user.role {
            Role::User => "user",
            Role::Admin => "admin",
        };
        let state = if user.is_disabled { "disabled" } else { "active" };
        table.add_row(
            [user.name.as_str(), role, state, &user.created_at, &user.id]
                .map(|text| Cell::new(plain(text))),
        );
    }
    table.trim_fmt()
}

fn list_tokens(tokens: &[TokenReply]) -> String {
    let mut table = table(["NAME", "ACCESS", "PROJECT", "CREATED", "ENDS", "LAST USED", "ID"]);
    for token in tokens {
        let or_dash = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
        table.add_row([
            Cell::new(plain(&token.name)),
            Cell::new(token.access.as_str()),
            Cell::new(plain(&or_dash(&token.project_id))),
            Cell::new(plain(&token.created_at)),
            Cell::new(plain(&or_dash(&token.expires_at))),
            Cell::new(plain(&or_dash(&token.last_used_at))),
            Cell::new(plain(&token.id)),
        ]);
    }
    table.trim_fmt()
}
