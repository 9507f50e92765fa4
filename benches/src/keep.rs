//! A store on the real disk, and how a bench puts something into it.
//!
//! The only file here that knows how the store is called.

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use rushes_disk::{RealDisk, boot_id};
use rushes_store::{Familiar, Put, Staging, Store};

/// How much is read from a file at once, in bytes.
const READ_BYTES: usize = 256 << 10;

/// Opens the store in a directory, which is made when it is not there.
pub fn open(data: &Path) -> Store {
    let disk = Arc::new(RealDisk::open(data).unwrap());
    let index = data.join("index");
    std::fs::create_dir_all(&index).unwrap();
    Store::open(disk, &index, boot_id().as_deref()).unwrap()
}

/// Keeps a file of the only user, durably on return.
pub fn keep(store: &Store, path: &Path) -> Put {
    let mut file = File::open(path).unwrap();
    let mut buffer = vec![0; READ_BYTES];
    let mut staging = store.stage(Familiar::with_all()).unwrap();
    loop {
        match file.read(&mut buffer).unwrap() {
            0 => break,
            count => staging.write(buffer.get(..count).unwrap_or_default()).unwrap(),
        }
    }
    finish(store, staging)
}

/// Keeps some bytes, durably on return.
pub fn keep_bytes(store: &Store, bytes: &[u8]) -> Put {
    let mut staging = store.stage(Familiar::with_all()).unwrap();
    staging.write(bytes).unwrap();
    finish(store, staging)
}

fn finish(store: &Store, staging: Staging) -> Put {
    store.put(staging.finish().unwrap()).unwrap()
}
