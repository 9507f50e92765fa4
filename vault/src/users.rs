//! Users: made, changed and found. What a user may ask of the doors is the doors' business.

use rushes_catalog::QueryError;
use rushes_catalog::command::{Command, CommandError, NewUser, UserChange};
use rushes_catalog::ids::UserId;
use rushes_catalog::model::{Identity, Role, User, Viewer};
use rushes_catalog::names::display_name;

use crate::{Vault, unreadable};

impl Vault {
    /// The user that came first. When there is none, it is made: an admin of this name.
    pub fn first_user(&self, name: &str) -> Result<User, CommandError> {
        let found = self.catalog.users_after(None, 1).map_err(|error| unreadable(&error))?;
        if let Some(first) = found.into_iter().next() {
            return Ok(first);
        }
        let first = NewUser { name: name.to_owned(), role: Role::Admin, identity: None };
        self.add_user(Viewer::NOBODY, first, None)
    }

    /// The user whom an issuer of tokens vouches for, made when there is none. Its name is made
    /// of the subject.
    pub fn identified_user(&self, identity: &Identity) -> Result<User, CommandError> {
        let find = || self.catalog.user_identified(identity).map_err(|error| unreadable(&error));
        if let Some(user) = find()? {
            return Ok(user);
        }
        let name = display_name(&identity.subject);
        let user = NewUser { name, role: Role::User, identity: Some(identity.clone()) };
        match self.add_user(Viewer::NOBODY, user, None) {
            // Two requests at once made the same one.
            Err(CommandError::Taken { .. }) => {
                find()?.ok_or(CommandError::Missing { what: "user" })
            }
            made => made,
        }
    }

    /// Makes a user. With an idempotency key a retry gets the first answer.
    pub fn add_user(
        &self,
        viewer: Viewer,
        user: NewUser,
        key: Option<String>,
    ) -> Result<User, CommandError> {
        let made = self.catalog.submit(viewer, Command::AddUser(user), key)?;
        self.catalog.user_at(made.revision, made.position).map_err(|error| unreadable(&error))
    }

    /// Changes a user.
    pub fn change_user(
        &self,
        viewer: Viewer,
        change: UserChange,
        key: Option<String>,
    ) -> Result<User, CommandError> {
        let id = change.id;
        self.catalog.submit(viewer, Command::ChangeUser(change), key)?;
        let user = self.catalog.user(id).map_err(|error| unreadable(&error))?;
        user.ok_or(CommandError::Missing { what: "user" })
    }

    /// A user.
    pub fn user(&self, id: UserId) -> Result<Option<User>, QueryError> {
        self.catalog.user(id)
    }

    /// A user by name.
    pub fn user_named(&self, name: &str) -> Result<Option<User>, QueryError> {
        self.catalog.user_named(name)
    }

    /// Users in the order in which they came, after a cursor.
    pub fn users(&self, after: Option<UserId>, limit: usize) -> Result<Vec<User>, QueryError> {
        self.catalog.users_after(after, limit)
    }
}
