//! Users: who may make and change them, what stays unique, and that tables made anew know them.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::Path;
use std::sync::Arc;

use rushes_catalog::command::{Command, CommandError, NewUser, UserChange};
use rushes_catalog::ids::UserId;
use rushes_catalog::model::{Identity, Role, User, Viewer};
use rushes_catalog::{Catalog, Options};
use rushes_disk::{CrashDisk, ManualClock, Timestamp};

const BEGIN_MS: i64 = 1_795_228_331_000;

fn open(disk: &CrashDisk, index: &Path) -> Catalog {
    Catalog::open(Options {
        disk: Arc::new(disk.clone()),
        index_above: index.to_owned(),
        search_above: None,
        boot: Some("boot".to_owned()),
        clock: Arc::new(ManualClock::at(Timestamp(BEGIN_MS))),
        publish: Box::new(drop),
    })
    .unwrap()
}

fn add(
    catalog: &Catalog,
    by: Viewer,
    name: &str,
    identity: Option<Identity>,
) -> Result<User, CommandError> {
    let user = NewUser { name: name.to_owned(), role: Role::User, identity };
    let made = catalog.submit(by, Command::AddUser(user), None)?;
    Ok(catalog.user_at(made.revision, made.position).unwrap())
}

fn admin(catalog: &Catalog, name: &str) -> Viewer {
    let user = NewUser { name: name.to_owned(), role: Role::Admin, identity: None };
    let made = catalog.submit(Viewer::NOBODY, Command::AddUser(user), None).unwrap();
    Viewer { user: catalog.user_at(made.revision, made.position).unwrap().id }
}

fn no_change(id: UserId) -> UserChange {
    UserChange { id, name: None, role: None, is_disabled: None }
}

fn change(catalog: &Catalog, by: Viewer, change: UserChange) -> Result<User, CommandError> {
    let id = change.id;
    catalog.submit(by, Command::ChangeUser(change), None)?;
    Ok(catalog.user(id).unwrap().unwrap())
}

fn identity(subject: &str) -> Identity {
    Identity { issuer: "https://login.example".to_owned(), subject: subject.to_owned() }
}

#[test]
fn names_and_identities_lead_to_one_user_each() {
    let index = tempfile::tempdir().unwrap();
    let catalog = open(&CrashDisk::new(), index.path());
    let root = admin(&catalog, "admin");
    let ann = add(&catalog, root, "ann", None).unwrap();
    assert_eq!((ann.role, ann.is_disabled, ann.identity.clone()), (Role::User, false, None));
    assert_eq!(ann.created_at, "2026-11-21T02:32:11.000Z");
    let taken = add(&catalog, root, "ann", None).unwrap_err();
    assert_eq!(taken, CommandError::Taken { field: "name" });
    // An issuer's user is never somebody whom it does not know.
    let hers = add(&catalog, Viewer::NOBODY, "ann", Some(identity("ann"))).unwrap();
    assert_eq!(hers.name, "ann-2");
    let again = add(&catalog, Viewer::NOBODY, "ann", Some(identity("ann"))).unwrap_err();
    assert_eq!(again, CommandError::Taken { field: "subject" });
    let found = catalog.user_identified(&identity("ann")).unwrap();
    assert_eq!(found, Some(hers.clone()));
    assert_eq!(catalog.user_identified(&identity("admin")).unwrap(), None);

    let name = Some("bea".to_owned());
    let bea = change(&catalog, root, UserChange { name, ..no_change(ann.id) }).unwrap();
    assert_eq!((bea.id, bea.name.as_str()), (ann.id, "bea"));
    assert_eq!(catalog.user_named("ann").unwrap(), None);
    assert_eq!(catalog.user_named("bea").unwrap(), Some(bea));
    let name = Some("admin".to_owned());
    let taken = change(&catalog, root, UserChange { name, ..no_change(ann.id) }).unwrap_err();
    assert_eq!(taken, CommandError::Taken { field: "name" });
    for name in ["", "a/b", ".", "x\u{7}"] {
        let refused = add(&catalog, root, name, None).unwrap_err();
        assert!(matches!(refused, CommandError::Invalid { field: "name", .. }), "{name:?}");
    }
}

#[test]
fn only_admins_that_are_not_disabled_make_and_change_users() {
    let index = tempfile::tempdir().unwrap();
    let catalog = open(&CrashDisk::new(), index.path());
    let (root, other) = (admin(&catalog, "admin"), admin(&catalog, "other"));
    let ann = add(&catalog, root, "ann", None).unwrap();
    let as_ann = Viewer { user: ann.id };
    let promote = UserChange { role: Some(Role::Admin), ..no_change(ann.id) };
    assert_eq!(change(&catalog, as_ann, promote.clone()), Err(CommandError::NotAllowed));
    assert_eq!(add(&catalog, as_ann, "x", None), Err(CommandError::NotAllowed));
    assert_eq!(change(&catalog, root, promote).unwrap().role, Role::Admin);
    add(&catalog, as_ann, "x", None).unwrap();

    let disable = |id| UserChange { is_disabled: Some(true), ..no_change(id) };
    assert!(change(&catalog, root, disable(other.user)).unwrap().is_disabled);
    // Two admins cannot shut each other out: the second one is none any more.
    assert_eq!(change(&catalog, other, disable(root.user)), Err(CommandError::NotAllowed));
    let demote = UserChange { role: Some(Role::User), ..no_change(root.user) };
    for of_itself in [disable(root.user), demote] {
        let refused = change(&catalog, root, of_itself).unwrap_err();
        assert!(matches!(refused, CommandError::Invalid { .. }), "{refused}");
    }
    let nobody = disable(UserId::generate());
    let missing = change(&catalog, root, nobody).unwrap_err();
    assert_eq!(missing, CommandError::Missing { what: "user" });
}

#[test]
fn tables_made_anew_know_the_same_users() {
    let index = tempfile::tempdir().unwrap();
    let disk = CrashDisk::new();
    let catalog = open(&disk, index.path());
    let root = admin(&catalog, "admin");
    let ann = add(&catalog, root, "ann", Some(identity("ann"))).unwrap();
    let name = Some("bea".to_owned());
    let bea = UserChange { name, is_disabled: Some(true), ..no_change(ann.id) };
    change(&catalog, root, bea).unwrap();
    let users = catalog.users().unwrap();
    assert_eq!(catalog.users_after(Some(root.user), 10).unwrap(), users[1..]);
    catalog.close().unwrap();
    let anew = tempfile::tempdir().unwrap();
    let catalog = open(&disk, anew.path());
    assert_eq!(catalog.users().unwrap(), users);
    assert_eq!(catalog.user_identified(&identity("ann")).unwrap().unwrap().name, "bea");
    assert_eq!(catalog.user_named("ann").unwrap(), None);
}
