//! What the daemon knows of its users, in memory: a look-up on every request.
//!
//! Knows no route. Invariant: of two states of a user the newer one stays, in whatever order they
//! are told; who was disabled is so on the next request.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};

use rushes_vault::command::USERS_MAX;
use rushes_vault::ids::UserId;
use rushes_vault::model::{Identity, Revision, Role, User};
use rushes_vault::{QueryError, Vault};

/// What matters of a user.
#[derive(Debug, Clone, Copy)]
struct Known {
    role: Role,
    is_disabled: bool,
    revision: Revision,
}

#[derive(Debug, Default)]
struct Table {
    by_id: HashMap<UserId, Known>,
    by_identity: HashMap<Identity, UserId>,
}

/// The users.
#[derive(Debug, Default)]
pub struct Users(RwLock<Table>);

impl Users {
    /// Reads all users.
    pub fn open(vault: &Vault) -> Result<Self, QueryError> {
        let users = Self::default();
        let room = usize::try_from(USERS_MAX).unwrap_or(usize::MAX);
        vault.users(None, room)?.iter().for_each(|user| users.learn(user));
        Ok(users)
    }

    /// Takes a user's state, unless a newer one is known.
    pub fn learn(&self, user: &User) {
        let mut table = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if table.by_id.get(&user.id).is_some_and(|known| known.revision > user.revision) {
            return;
        }
        let User { role, is_disabled, revision, .. } = *user;
        table.by_id.insert(user.id, Known { role, is_disabled, revision });
        if let Some(identity) = &user.identity {
            table.by_identity.insert(identity.clone(), user.id);
        }
    }

    /// The role of a user that exists and is not disabled.
    pub fn role(&self, id: UserId) -> Option<Role> {
        let table = self.0.read().unwrap_or_else(PoisonError::into_inner);
        table.by_id.get(&id).filter(|known| !known.is_disabled).map(|known| known.role)
    }

    /// The admin that came first and is not disabled.
    pub fn first_admin(&self) -> Option<UserId> {
        let table = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let admins =
            table.by_id.iter().filter(|(_, known)| known.role == Role::Admin && !known.is_disabled);
        admins.map(|(id, _)| *id).min()
    }

    /// The user whom an issuer of tokens vouches for.
    pub fn identified(&self, identity: &Identity) -> Option<UserId> {
        let table = self.0.read().unwrap_or_else(PoisonError::into_inner);
        table.by_identity.get(identity).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(id: UserId, is_disabled: bool, revision: Revision) -> User {
        User {
            id,
            name: "ann".to_owned(),
            role: Role::User,
            is_disabled,
            identity: None,
            created_at: String::new(),
            revision,
        }
    }

    #[test]
    fn news_that_come_late_change_nothing() {
        let (users, id) = (Users::default(), UserId::generate());
        assert_eq!(users.role(id), None);
        users.learn(&user(id, false, 1));
        assert_eq!(users.role(id), Some(Role::User));
        users.learn(&user(id, true, 3));
        users.learn(&user(id, false, 2));
        assert_eq!(users.role(id), None);
    }
}
