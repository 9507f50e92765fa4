//! Another user's things answer exactly as missing ones, whatever is asked (H5 in the threats).
//!
//! Made from the document: every operation × {own, another user's, random, another user's deleted}
//! × {nobody, user 1, user 2, an admin}, and in an operation that names several things each of them
//! alone. An operation that is not in the matrix cannot be: a parameter or body without an example
//! fails.

use reqwest::{Method, Response, StatusCode};
use rushes_api::{TokenMade, paths};
use serde_json::{Value, json};

use crate::spec::{Operation, Spec};
use crate::support::Daemon;
use crate::world::{PROJECT, USER, World};

/// What an admin's token is for: there, an admin sees what others do not.
const FOR_ADMINS: [&str; 4] = ["revoke_token", "get_user", "change_user", "list_tokens"];

/// Somebody who asks.
struct Caller {
    name: &'static str,
    token: String,
    is_admin: bool,
}

/// All that is said with an answer, with a world's own values taken out.
#[derive(Debug, PartialEq, Eq)]
struct Said {
    status: StatusCode,
    headers: Vec<(String, String)>,
    body: String,
}

impl Said {
    async fn of(answer: Response, world: &World) -> Self {
        let status = answer.status();
        let mut headers: Vec<_> = answer
            .headers()
            .iter()
            .filter(|(name, _)| !["date", paths::REQUEST_ID].contains(&name.as_str()))
            .map(|(name, value)| (name.to_string(), world.emptied(value.to_str().unwrap())))
            .collect();
        headers.sort();
        let mut body = answer.text().await.unwrap();
        if let Ok(Value::Object(mut problem)) = serde_json::from_str::<Value>(&body) {
            // The name of the request in the log.
            problem.remove("instance");
            body = Value::Object(problem).to_string();
        }
        Self { status, headers, body: world.emptied(&body) }
    }
}

struct Matrix {
    daemon: Daemon,
    callers: Vec<Caller>,
    /// One of each caller's that nothing changes, and one that is deleted.
    victims: Vec<World>,
    deleted: Vec<World>,
    cells: usize,
}

impl Matrix {
    async fn new() -> Self {
        let daemon = Daemon::start();
        let (_, ann) = daemon.user("ann").await;
        let (_, bob) = daemon.user("bob").await;
        let ask = json!({"name": "all", "access": "admin"});
        let admin: TokenMade = daemon.post(paths::TOKENS, &ask).await;
        let caller = |name, token, is_admin| Caller { name, token, is_admin };
        let callers = vec![
            caller("user 1", ann, false),
            caller("user 2", bob, false),
            caller("admin", admin.token, true),
        ];
        let (mut victims, mut deleted) = (Vec::new(), Vec::new());
        for caller in &callers {
            let make =
                async || World::make(&daemon, &caller.token).await.with_accounts(&daemon).await;
            victims.push(make().await);
            let gone = make().await;
            remove(&daemon, &gone).await;
            deleted.push(gone);
        }
        Self { daemon, callers, victims, deleted, cells: 0 }
    }

    async fn ask(&mut self, operation: &Operation, world: &World, token: Option<&str>) -> Said {
        self.cells += 1;
        let answer = operation.request(&self.daemon, world, token).send().await.unwrap();
        Said::of(answer, world).await
    }

    /// Without a token everything answers the same, whatever it names.
    async fn nobody(&mut self, operation: &Operation) {
        if operation.access().is_none() {
            return;
        }
        let random = World::nowhere();
        let expected = self.ask(operation, &random, None).await;
        assert_eq!(expected.status, StatusCode::UNAUTHORIZED, "{}", operation.name());
        for world in [self.victims.clone(), self.deleted.clone()].concat() {
            assert_eq!(self.ask(operation, &world, None).await, expected, "{}", operation.name());
        }
    }

    /// What somebody is answered about the things of others, and about their own.
    async fn somebody(&mut self, operation: &Operation, who: usize) {
        let (token, is_admin) = (self.callers[who].token.clone(), self.callers[who].is_admin);
        let what = format!("{} by {}", operation.name(), self.callers[who].name);
        let needs_admin = operation.access() == Some("admin");
        // Each caller looks at the next one's things.
        let whose = (who + 1) % self.callers.len();
        let own = World::of(&self.daemon, &token, &operation.slots()).await;
        if !(is_admin && (needs_admin || FOR_ADMINS.contains(&operation.name()))) {
            for slot in operation.slots() {
                for others in [self.victims[whose].clone(), self.deleted[whose].clone()] {
                    let theirs = own.with(slot, &others);
                    let random = own.with(slot, &World::nowhere());
                    let found = self.ask(operation, &theirs, Some(&token)).await;
                    let expected = self.ask(operation, &random, Some(&token)).await;
                    assert_eq!(found, expected, "{what}: {slot}");
                    let is_refused = found.status.is_client_error();
                    assert!(is_refused || found.status == StatusCode::OK, "{what}: {found:?}");
                }
            }
        }
        if let Some(path) = operation.path.strip_suffix("/restore") {
            let path = Operation { path: path.to_owned(), ..operation.clone() }.target(&own);
            self.daemon.with(&token, Method::DELETE, &path).send().await.unwrap();
        }
        let answer = self.ask(operation, &own, Some(&token)).await;
        if needs_admin && !is_admin {
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{what}");
        } else {
            let busy = answer.status == StatusCode::CONFLICT && needs_admin;
            // Another user's, which the world has none of its own of.
            let users = answer.status == StatusCode::FORBIDDEN && operation.slots().contains(&USER);
            // What is not there yet says so.
            let is_told = answer.status.as_u16() == operation.status();
            let is_fine = answer.status.is_success() || is_told;
            assert!(is_fine || busy || users, "{what}: {answer:?}");
        }
        // Lists and sums of one user hold nothing of another.
        if !is_admin {
            for value in
                self.victims[whose].values.values().chain(self.deleted[whose].values.values())
            {
                assert!(!answer.body.contains(value), "{what}: {value} in {}", answer.body);
            }
        }
    }

    /// All that somebody sees of a world.
    async fn seen(&self, world: &World) -> Vec<String> {
        let project = paths::project(&world.values[PROJECT]);
        let mut seen = Vec::new();
        for path in
            [project.clone(), format!("{project}/assets"), format!("{project}/scenes/1/assets")]
        {
            let answer = self.daemon.with(&world.token, Method::GET, &path).send().await.unwrap();
            let body: Value = answer.json().await.unwrap();
            seen.push(unsigned(&body).to_string());
        }
        seen
    }
}

/// A reply without signed links, which are new each day.
fn unsigned(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let kept = members.iter().filter(|(name, _)| *name != "public_url");
            Value::Object(kept.map(|(name, value)| (name.clone(), unsigned(value))).collect())
        }
        Value::Array(values) => values.iter().map(unsigned).collect(),
        value => value.clone(),
    }
}

/// Deletes a world's project, its loose asset, its token, and disables its user.
async fn remove(daemon: &Daemon, world: &World) {
    for operation in Spec::of(daemon).await.operations() {
        let is_last = ["delete_project", "delete_asset", "revoke_token"];
        if is_last.contains(&operation.name()) {
            let answer = operation.request(daemon, world, Some(&world.token)).send().await.unwrap();
            assert!(answer.status().is_success(), "{}: {}", operation.name(), answer.status());
        }
    }
}

#[tokio::test]
async fn what_belongs_to_another_user_is_not_there() {
    let mut matrix = Matrix::new().await;
    let operations = Spec::of(&matrix.daemon).await.operations();
    let mut before = Vec::new();
    for world in &matrix.victims {
        before.push(matrix.seen(world).await);
    }
    for operation in &operations {
        matrix.nobody(operation).await;
        for who in 0..matrix.callers.len() {
            matrix.somebody(operation, who).await;
        }
    }
    for (world, before) in matrix.victims.iter().zip(before) {
        assert_eq!(matrix.seen(world).await, before, "somebody else changed it");
    }
    println!("isolation: {} operations, {} requests compared", operations.len(), matrix.cells);
    assert!(matrix.cells > 10 * operations.len(), "{}", matrix.cells);
}
