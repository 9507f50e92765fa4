//! Users: what makes one and changes one true, and how the tables follow.
//!
//! Users are the only rows that nobody owns. Invariant: a name and an identity each lead to one
//! user; who asks is an admin at that moment, or the daemon itself; nobody changes what they
//! themselves may do, so there is always an admin.

use crate::claim::Fact;
use crate::command::{CommandError, NewUser, USERS_MAX, UserChange};
use crate::ids::UserId;
use crate::model::{Role, Viewer};
use crate::tables::{Get, Key, Overlay, TablesError, UserRow};

/// Numbers that are tried behind a taken name before a random id is.
const NAME_NUMBERS_MAX: u32 = 50;

type Decided = Result<Vec<Fact>, CommandError>;

/// Decides that a user is made.
pub fn add(viewer: Viewer, user: &NewUser, facts: &impl Get) -> Decided {
    must_be_admin(viewer, facts)?;
    if facts.get::<u32>(&Key::user_count())?.unwrap_or(0) >= USERS_MAX {
        let reason = format!("there are {USERS_MAX} users, and no room for more");
        return Err(CommandError::Invalid { field: "name", reason });
    }
    let is_taken =
        |name: &str| Ok::<_, CommandError>(facts.get::<UserRow>(&Key::user_named(name))?.is_some());
    let user_id = UserId::generate();
    let name = match &user.identity {
        None if is_taken(&user.name)? => return Err(CommandError::Taken { field: "name" }),
        None => user.name.clone(),
        Some(identity) => {
            if facts.get::<UserRow>(&Key::user_identified(identity))?.is_some() {
                return Err(CommandError::Taken { field: "subject" });
            }
            let mut name = user.name.clone();
            for number in 2..=NAME_NUMBERS_MAX {
                if !is_taken(&name)? {
                    break;
                }
                name = format!("{}-{number}", user.name);
            }
            if is_taken(&name)? { format!("user-{user_id}") } else { name }
        }
    };
    let (role, identity) = (user.role, user.identity.clone());
    Ok(vec![Fact::UserAdded { user_id, name, role, identity }])
}

/// Decides that a user is changed.
pub fn change(viewer: Viewer, change: &UserChange, facts: &impl Get) -> Decided {
    must_be_admin(viewer, facts)?;
    let UserChange { id, name, role, is_disabled } = change;
    let user = facts.get::<UserRow>(&Key::user(*id))?;
    let user = user.ok_or(CommandError::Missing { what: "user" })?;
    let of_itself = |field| {
        let reason = "ask another admin to change this of yourself".to_owned();
        CommandError::Invalid { field, reason }
    };
    if viewer.user == *id && role.is_some_and(|role| role != user.role) {
        return Err(of_itself("role"));
    }
    if viewer.user == *id && is_disabled.is_some_and(|is| is != user.is_disabled) {
        return Err(of_itself("is_disabled"));
    }
    if let Some(name) = name
        && *name != user.name
        && facts.get::<UserRow>(&Key::user_named(name))?.is_some()
    {
        return Err(CommandError::Taken { field: "name" });
    }
    let (name, role, is_disabled) = (name.clone(), *role, *is_disabled);
    Ok(vec![Fact::UserChanged { user_id: *id, name, role, is_disabled }])
}

/// Writes a new user's rows.
pub fn fold_added<B: Get>(row: &UserRow, into: &mut Overlay<'_, B>) -> Result<(), TablesError> {
    let count = into.get::<u32>(&Key::user_count())?.unwrap_or(0);
    into.put(Key::user_count(), &count.saturating_add(1))?;
    put(row, into)
}

/// Writes a changed user's rows.
pub fn fold_changed<B: Get>(
    before: &UserRow,
    row: &UserRow,
    into: &mut Overlay<'_, B>,
) -> Result<(), TablesError> {
    into.remove(Key::user_named(&before.name));
    put(row, into)
}

fn put<B: Get>(row: &UserRow, into: &mut Overlay<'_, B>) -> Result<(), TablesError> {
    into.put(Key::user_named(&row.name), row)?;
    if let Some(identity) = &row.identity {
        into.put(Key::user_identified(identity), row)?;
    }
    into.put(Key::user(row.id()), row)
}

/// Refuses everybody but admins that are not disabled, and the daemon itself.
fn must_be_admin(viewer: Viewer, facts: &impl Get) -> Result<(), CommandError> {
    if viewer == Viewer::NOBODY {
        return Ok(());
    }
    match facts.get::<UserRow>(&Key::user(viewer.user))? {
        Some(UserRow { role: Role::Admin, is_disabled: false, .. }) => Ok(()),
        _ => Err(CommandError::NotAllowed),
    }
}
