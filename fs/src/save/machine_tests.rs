//! The machine against a plain file system: whatever programs do with names, once they are quiet
//! every name that counts has exactly one more version, if it holds something else, and no other.

use std::collections::BTreeMap;

use proptest::prelude::*;
use rushes_vault::Digest;
use rushes_vault::ids::AssetId;

use super::machine::{
    Base, Displaced, Due, FILES_MAX, Failed, FileId, Machine, Place, Refused, SETTLE_EMPTY_MS,
    SETTLE_MS, Save, Slot,
};
use super::names::is_scratch;
use crate::fake::project;

const NAMES: [&str; 4] = ["a.png", "b.png", ".a.png.tmp1", "a.png~"];

fn place(name: usize) -> Place {
    Place { scope: project("fox"), name: NAMES[name].into() }
}

fn base(content: u32) -> Base {
    let digest = Digest::of(&content.to_le_bytes());
    let (made, size) = (u64::from(content), u64::from(content));
    Base { asset: AssetId::from_bytes([1; 16]), made, digest, size }
}

/// What was shown under a name when it was taken away.
fn left_at(machine: &Machine, place: &Place, number: u64) -> Option<Base> {
    match machine.slot(place) {
        Some(Slot::Gone { number: now, base }) if now == number => base,
        slot => panic!("{place:?} is not gone: {slot:?}"),
    }
}

/// The machine with the bytes that it knows nothing of, and the versions that were made.
#[derive(Default)]
struct World {
    machine: Machine,
    now: u64,
    bytes: BTreeMap<FileId, u32>,
    versions: BTreeMap<usize, Vec<u32>>,
    hidden: BTreeMap<usize, bool>,
    /// What a plain file system holds.
    plain: BTreeMap<usize, u32>,
    next: u32,
}

impl World {
    /// What the view shows.
    fn seen(&self, name: usize) -> Option<u32> {
        let is_hidden = self.hidden.get(&name).copied().unwrap_or_default();
        self.versions.get(&name)?.last().copied().filter(|_| !is_hidden)
    }

    /// What a program reads.
    fn read(&self, name: usize) -> Option<u32> {
        match self.machine.slot(&place(name)) {
            Some(Slot::File(id)) => Some(self.bytes[&id]),
            Some(Slot::Gone { .. }) => None,
            None => self.seen(name),
        }
    }

    fn make(&mut self, name: usize, content: u32) {
        let is_hidden = self.hidden.insert(name, false).unwrap_or_default();
        let versions = self.versions.entry(name).or_default();
        if versions.last() != Some(&content) || is_hidden {
            versions.push(content);
        }
    }

    fn name_of(place: &Place) -> usize {
        NAMES.iter().position(|name| **name == *place.name).unwrap()
    }

    fn cut(&mut self, save: Option<Save>) {
        if let Some(save) = save {
            let content = self.bytes[&save.id];
            self.make(Self::name_of(&save.place), content);
            self.machine.cut_settled(&save.place, Some(base(content)));
        }
    }

    fn displaced(&mut self, displaced: Displaced) {
        self.cut(displaced.save);
    }

    /// Opens for writing as the kernel does: by ESTALE where a version stands.
    fn open(&mut self, name: usize) -> FileId {
        let seen = self.seen(name);
        let id = match (self.machine.slot(&place(name)), seen) {
            (Some(Slot::File(id)), _) => id,
            (None, Some(content)) => {
                let id = self.machine.adopt(&place(name), base(content), self.now).unwrap();
                self.bytes.insert(id, content);
                id
            }
            _ => {
                let id = self.machine.create(&place(name), self.now).unwrap();
                self.bytes.insert(id, 0);
                self.plain.insert(name, 0);
                id
            }
        };
        let cut = self.machine.opened(id, true, self.now);
        self.cut(cut);
        id
    }

    fn write(&mut self, name: usize, fsyncs: bool) {
        let id = self.open(name);
        self.next += 1;
        self.bytes.insert(id, self.next);
        self.plain.insert(name, self.next);
        self.machine.changed(id, u64::from(self.next), self.now);
        if fsyncs {
            self.machine.promised(id, true);
        }
        self.machine.released(id, true, self.now);
    }

    fn rename(&mut self, from: usize, to: usize) {
        let seen = (self.seen(from).map(base), self.seen(to).map(base));
        let content = self.read(from);
        let done = self.machine.rename((&place(from), &place(to)), seen, self.now);
        assert_eq!(done.is_ok(), content.is_some(), "{from} {to}");
        let (Ok(displaced), Some(content)) = (done, content) else { return };
        self.displaced(displaced);
        if let Some(Slot::File(id)) = self.machine.slot(&place(to)) {
            self.bytes.entry(id).or_insert(content);
        }
        self.plain.remove(&from);
        self.plain.insert(to, content);
    }

    fn unlink(&mut self, name: usize) {
        let was = self.read(name);
        let done = self.machine.unlink(&place(name), self.seen(name).map(base), self.now);
        assert_eq!(done.is_ok(), was.is_some(), "{name}");
        if let Ok(displaced) = done {
            self.displaced(displaced);
            self.plain.remove(&name);
        }
    }

    fn settle(&mut self) {
        for due in self.machine.due(self.now, usize::MAX) {
            match due {
                Due::Save(save) => {
                    let content = self.bytes[&save.id];
                    assert!(!is_scratch(&save.place.name), "{save:?}");
                    self.make(Self::name_of(&save.place), content);
                    self.machine.settled(save.id, Ok(base(content)), self.now);
                }
                Due::Hide(place, number) => {
                    let name = Self::name_of(&place);
                    let left = left_at(&self.machine, &place, number);
                    if self.seen(name).is_some_and(|seen| left == Some(base(seen))) {
                        self.hidden.insert(name, true);
                    }
                    self.machine.hidden(&place, number);
                }
            }
        }
    }

    fn wait(&mut self, ms: u64) {
        self.now += ms;
        self.settle();
    }
}

#[derive(Debug, Clone)]
enum Op {
    Write(usize, bool),
    Rename(usize, usize),
    Unlink(usize),
    Pause(u64),
}

fn op() -> impl Strategy<Value = Op> {
    let name = 0..NAMES.len();
    prop_oneof![
        (name.clone(), prop::bool::weighted(0.1))
            .prop_map(|(name, fsyncs)| Op::Write(name, fsyncs)),
        (name.clone(), name.clone()).prop_map(|(from, to)| Op::Rename(from, to)),
        name.prop_map(Op::Unlink),
        (1..SETTLE_MS).prop_map(Op::Pause),
    ]
}

proptest! {
    #[test]
    fn names_read_as_on_a_plain_file_system_and_each_quiet_change_is_one_version(
        bursts in prop::collection::vec(prop::collection::vec(op(), 1..8), 1..8),
    ) {
        let mut world = World::default();
        // What was fsynced, maybe under a temporary name and long ago, may be a version too many.
        let mut has_fsynced = false;
        for burst in bursts {
            let before = world.versions.clone();
            let shown: Vec<_> = (0..NAMES.len()).map(|name| world.seen(name)).collect();
            let mut is_paced = false;
            for op in burst {
                match op {
                    Op::Write(name, fsyncs) => {
                        has_fsynced |= fsyncs;
                        world.write(name, fsyncs);
                    }
                    Op::Rename(from, to) => world.rename(from, to),
                    Op::Unlink(name) => world.unlink(name),
                    Op::Pause(ms) => {
                        is_paced = true;
                        world.wait(ms);
                    }
                }
                for name in 0..NAMES.len() {
                    prop_assert_eq!(world.read(name), world.plain.get(&name).copied());
                }
            }
            world.wait(SETTLE_EMPTY_MS);
            world.wait(SETTLE_EMPTY_MS);
            for name in 0..NAMES.len() {
                let plain = world.plain.get(&name).copied();
                prop_assert_eq!(world.read(name), plain, "after it was quiet");
                let new = world.versions.get(&name).map_or(0, Vec::len)
                    - before.get(&name).map_or(0, Vec::len);
                if is_scratch(NAMES[name]) {
                    prop_assert_eq!(new, 0, "a temporary name was saved");
                } else {
                    prop_assert_eq!(world.seen(name), plain, "the view shows what is there");
                    let one = usize::from(plain.is_some() && plain != shown[name]);
                    prop_assert!(new >= one, "a save is missing");
                    let may_be_more = is_paced || has_fsynced;
                    prop_assert!(new == one || may_be_more, "{} new, {} expected", new, one);
                }
            }
        }
        prop_assert_eq!(world.machine.next_due(), None);
    }

    #[test]
    fn what_was_fsynced_and_closed_is_a_version_whatever_comes_next(
        ops in prop::collection::vec(op(), 1..6),
    ) {
        let mut world = World::default();
        world.write(0, true);
        let promised = world.plain[&0];
        let mut moved = false;
        for op in ops {
            match op {
                Op::Write(name, _) => world.write(name, false),
                Op::Unlink(name) => world.unlink(name),
                // Its name goes with it: then it is a version under the other one, or nowhere.
                Op::Rename(from, to) => {
                    moved |= world.read(from) == Some(promised);
                    world.rename(from, to);
                }
                Op::Pause(ms) => world.wait(ms),
            }
        }
        world.wait(SETTLE_EMPTY_MS);
        let made = world.versions.get(&0).is_some_and(|all| all.contains(&promised));
        prop_assert!(made || moved);
    }
}

#[test]
fn a_save_waits_for_the_last_writer_and_an_empty_file_for_its_bytes() {
    let mut world = World::default();
    let id = world.open(0);
    let other = world.open(0);
    assert_eq!(id, other);
    world.machine.changed(id, 5, world.now);
    world.machine.released(id, true, world.now);
    assert_eq!(world.machine.next_due(), None, "somebody still writes");
    world.machine.released(id, true, world.now);
    assert_eq!(world.machine.next_due(), Some(SETTLE_MS));

    let id = world.open(1);
    world.machine.released(id, true, world.now);
    assert!(
        world
            .machine
            .due(SETTLE_EMPTY_MS - 1, 9)
            .iter()
            .all(|due| { matches!(due, Due::Save(save) if save.id != id) })
    );
}

#[test]
fn a_change_while_it_settles_is_a_save_of_its_own() {
    let mut world = World::default();
    world.write(0, false);
    world.now += SETTLE_MS;
    let due = world.machine.due(world.now, 9);
    let [Due::Save(save)] = due.as_slice() else { panic!("{due:?}") };
    world.machine.opened(save.id, true, world.now);
    world.machine.changed(save.id, 9, world.now);
    world.machine.settled(save.id, Ok(base(1)), world.now);
    assert_eq!(world.machine.slot(&place(0)), Some(Slot::File(save.id)), "its name is still here");
    world.machine.released(save.id, true, world.now);
    assert_eq!(world.machine.next_due(), Some(world.now + SETTLE_MS));
}

/// What a name that was taken away hides.
fn hides(world: &mut World) -> Option<Base> {
    let due = world.machine.due(world.now + SETTLE_MS, 9);
    let [Due::Hide(place, number)] = due.as_slice() else { panic!("{due:?}") };
    left_at(&world.machine, place, *number)
}

#[test]
fn a_removal_is_of_what_was_shown_then_and_of_what_is_being_saved() {
    let mut world = World::default();
    world.make(0, 1);
    world.unlink(0);
    world.make(0, 2); // Somebody else's.
    assert_eq!(hides(&mut world), Some(base(1)));

    let mut world = World::default();
    world.write(0, false);
    world.now += SETTLE_MS;
    let due = world.machine.due(world.now, 9);
    let [Due::Save(save)] = due.as_slice() else { panic!("{due:?}") };
    assert!(world.machine.is_saving(&place(0)));
    world.machine.unlink(&place(0), None, world.now).unwrap();
    world.machine.settled(save.id, Ok(base(7)), world.now);
    assert!(!world.machine.is_saving(&place(0)));
    assert_eq!(hides(&mut world), Some(base(7)));

    let mut world = World::default();
    world.write(0, true);
    let displaced = world.machine.unlink(&place(0), None, world.now).unwrap();
    let save = displaced.save.unwrap();
    assert!(world.machine.is_saving(&place(0)));
    world.machine.cut_settled(&save.place, Some(base(9)));
    assert_eq!(hides(&mut world), Some(base(9)));
}

#[test]
fn what_came_while_a_file_was_written_is_not_taken_away_with_it() {
    let mut world = World::default();
    world.make(0, 1);
    let id = world.open(0);
    world.machine.changed(id, 5, world.now);
    world.machine.unlink(&place(0), Some(base(8)), world.now).unwrap();
    assert_eq!(hides(&mut world), Some(base(1)), "that is what the file stood before");

    let mut world = World::default();
    let id = world.open(0);
    world.machine.changed(id, 5, world.now);
    world.machine.rename((&place(0), &place(1)), (Some(base(8)), None), world.now).unwrap();
    assert_eq!(hides(&mut world), None, "the file that had the name was new");
}

#[test]
fn a_name_stays_away_while_what_was_cut_under_it_is_saved() {
    let mut world = World::default();
    world.write(0, true);
    let id = world.machine.names(&project("fox")).into_iter().find_map(|(_, slot)| match slot {
        Slot::File(id) => Some(id),
        Slot::Gone { .. } => None,
    });
    let save = world.machine.opened(id.unwrap(), true, world.now).unwrap();
    world.machine.unlink(&place(0), None, world.now).unwrap();
    assert!(matches!(world.machine.slot(&place(0)), Some(Slot::Gone { .. })));
    world.machine.cut_settled(&save.place, Some(base(3)));
    assert_eq!(hides(&mut world), Some(base(3)));
}

#[test]
fn what_only_was_opened_leaves_no_trace() {
    let mut world = World::default();
    world.write(0, false);
    world.wait(SETTLE_MS);
    let id = world.open(0);
    world.machine.released(id, true, world.now);
    assert!(world.machine.due(world.now + SETTLE_EMPTY_MS, 9).is_empty());
    assert_eq!((world.machine.slot(&place(0)), world.versions[&0].len()), (None, 1));
}

#[test]
fn only_files_that_are_not_saved_count_and_their_room_comes_back() {
    let mut machine = Machine::default();
    let named = |number| Place { scope: project("fox"), name: format!("{number}.png").into() };
    let mut ids = Vec::new();
    for number in 0..FILES_MAX {
        let id = machine.create(&named(number), 0).unwrap();
        machine.looked_up(id, 7);
        machine.opened(id, true, 0);
        machine.changed(id, 5, 0);
        machine.released(id, true, 0);
        ids.push(id);
    }
    assert_eq!(machine.create(&named(FILES_MAX), 0), Err(Refused::Many));
    let due = machine.due(SETTLE_MS, 3);
    assert_eq!(due.len(), 3, "no more than was asked for");
    for due in due {
        let Due::Save(save) = due else { panic!("{due:?}") };
        assert!(machine.settled(save.id, Ok(base(5)), SETTLE_MS));
    }
    // The kernel still knows them: that takes no room.
    assert!(machine.take_dropped().is_empty());
    for number in 0..3 {
        machine.create(&named(FILES_MAX + number), 0).unwrap();
    }
    assert_eq!(machine.create(&named(FILES_MAX + 3), 0), Err(Refused::Many));
    for id in ids {
        machine.forgotten(id, 1);
    }
    assert_eq!(machine.take_dropped().len(), 3);
}

#[test]
fn a_saved_file_has_a_name_until_that_is_taken_away() {
    let mut world = World::default();
    let id = world.open(0);
    world.machine.looked_up(id, 7);
    world.machine.changed(id, 5, world.now);
    world.machine.released(id, true, world.now);
    world.bytes.insert(id, 5);
    world.wait(SETTLE_MS);
    assert_eq!(world.machine.slot(&place(0)), None);
    assert_eq!(world.machine.file(id).unwrap().links(), 1);
    world.machine.unlink(&place(0), Some(base(5)), world.now).unwrap();
    assert_eq!(world.machine.file(id).unwrap().links(), 0);
}

#[test]
fn what_the_facts_refuse_is_not_tried_again_soon() {
    let mut world = World::default();
    world.write(0, false);
    world.now += SETTLE_MS;
    let due = world.machine.due(world.now, 9);
    let [Due::Save(save)] = due.as_slice() else { panic!("{due:?}") };
    world.machine.settled(save.id, Err(Failed::Refused), world.now);
    assert!(world.machine.next_due().unwrap() >= world.now + 60_000);
}
