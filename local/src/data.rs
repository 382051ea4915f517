//! The folder of a local run: the table's file, the keys, and who is using them.
//!
//! Only the person who runs it can read guests' answers and the keys. A folder that is made here has the mode 0700, and
//! files that are made here have 0600. The table's files of an earlier run get it too.

use std::collections::BTreeMap;
use std::fs::{self, DirBuilder, File, TryLockError};
use std::io::{ErrorKind, Read, Seek, Write};
use std::path::{Path, PathBuf};

use aftertaste::domain::access::{AllKeys, GrantKeys, GuestKeys, SealKeys};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::Failure;

const TABLE_FILE: &str = "table.sqlite";

/// The folder.
#[derive(Debug)]
pub struct Data {
    folder: PathBuf,
}

impl Data {
    /// Opens the folder, making it first if need be.
    ///
    /// # Errors
    /// When it can't be made.
    pub fn open(folder: &Path) -> Result<Self, Failure> {
        // A folder that is there keeps its mode: it may be anything, as the current folder or /tmp.
        let mut builder = DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder
            .create(folder)
            .map_err(|error| Failure(format!("The folder {} can't be made: {error}.", folder.display())))?;
        Ok(Self { folder: folder.to_owned() })
    }

    /// Whether a stack has run here.
    pub fn has_table(&self) -> bool {
        self.folder.join(TABLE_FILE).exists()
    }

    /// The table's file, made empty the first time.
    ///
    /// # Errors
    /// When it can't be made.
    pub fn table(&self) -> Result<PathBuf, Failure> {
        let path = self.folder.join(TABLE_FILE);
        let fail = |error: std::io::Error| Failure(format!("{}: {error}.", path.display()));
        open_private(&path).map_err(fail)?;
        // SQLite gives the files beside its own the mode of its own, but not those that a killed process left.
        for beside in ["table.sqlite-wal", "table.sqlite-shm"].map(|name| self.folder.join(name)) {
            if beside.exists() {
                open_private(&beside).map_err(fail)?;
            }
        }
        Ok(path)
    }

    /// The keys of all three keyrings, each in its file. Those that are not there are split from the
    /// `keyring.json` of an earlier version, which stays; without one they are drawn at random.
    ///
    /// # Errors
    /// When a file can't be written, read or understood.
    pub fn keys(&self) -> Result<AllKeys, Failure> {
        let whole = self.folder.join("keyring.json");
        let keyrings = match fs::read_to_string(&whole) {
            Ok(json) => split(&json).ok_or_else(|| Failure(format!("{}: this is not a keyring.", whole.display())))?,
            Err(error) if error.kind() == ErrorKind::NotFound => new_keyrings(),
            Err(error) => return Err(Failure(format!("{}: the keyring can't be read: {error}.", whole.display()))),
        };
        for (name, json) in &keyrings {
            self.keep(name, json)?;
        }
        let read = |name: &str| {
            let path = self.folder.join(format!("{name}.json"));
            let json = fs::read_to_string(&path)
                .map_err(|error| Failure(format!("{}: the keyring can't be read: {error}.", path.display())))?;
            Ok((json, path))
        };
        let none = |path: PathBuf| move |error| Failure(format!("{}: this is not a keyring: {error}.", path.display()));
        let [guests, grants, seal] = [read("guests")?, read("grants")?, read("seal")?];
        Ok(AllKeys {
            guests: GuestKeys::parse(&guests.0).map_err(none(guests.1))?,
            grants: GrantKeys::parse(&grants.0).map_err(none(grants.1))?,
            seal: SealKeys::parse(&seal.0).map_err(none(seal.1))?,
        })
    }

    /// The text of a file of keys, `<name>.json`. Those that are not there are made, and of several processes that make them
    /// the first one's stay.
    ///
    /// # Errors
    /// When they can't be made, written or read.
    pub fn kept(&self, name: &str, make: impl FnOnce() -> Result<String, Failure>) -> Result<String, Failure> {
        let path = self.folder.join(format!("{name}.json"));
        if !path.exists() {
            self.keep(name, &make()?)?;
        }
        fs::read_to_string(&path).map_err(|error| Failure(format!("{}: it can't be read: {error}.", path.display())))
    }

    /// Writes a keyring, unless it is there. Under another name first, so that a process killed here leaves no half of
    /// a keyring. Then it is linked, so that of several processes the first one's keyring stays.
    fn keep(&self, name: &str, json: &str) -> Result<(), Failure> {
        let path = self.folder.join(format!("{name}.json"));
        if path.exists() {
            return Ok(());
        }
        let draft = self.folder.join(format!("{name}.json.{}", std::process::id()));
        let written = open_private(&draft).and_then(|mut file| {
            file.set_len(0)?;
            file.write_all(json.as_bytes())?;
            file.sync_all()?;
            let linked = fs::hard_link(&draft, &path);
            fs::remove_file(&draft)?;
            linked.or_else(|error| if path.exists() { Ok(()) } else { Err(error) })
        });
        written.map_err(|error| Failure(format!("{}: the keyring can't be written: {error}.", path.display())))
    }

    /// Takes the folder for this process, or says where the process that has it listens.
    ///
    /// # Errors
    /// When the lock can't be asked for.
    pub fn take(&self) -> Result<Taken, Failure> {
        let path = self.folder.join("in-use");
        let fail = |error: std::io::Error| Failure(format!("{}: {error}.", path.display()));
        let mut file = open_private(&path).map_err(fail)?;
        // The system lets go of a lock with its process, however that ends.
        match file.try_lock() {
            Ok(()) => {
                // An address that a killed process left there is not valid any more.
                file.set_len(0).map_err(fail)?;
                Ok(Taken::Here(Lock { file }))
            }
            Err(TryLockError::WouldBlock) => {
                let mut url = String::new();
                file.read_to_string(&mut url).map_err(fail)?;
                Ok(Taken::Elsewhere(url.trim().to_owned()))
            }
            Err(TryLockError::Error(error)) => Err(fail(error)),
        }
    }

    /// Where the stack that runs on the folder listens; none where none does, or it is still starting.
    ///
    /// # Errors
    /// When the lock can't be asked for.
    pub fn running(&self) -> Result<Option<String>, Failure> {
        Ok(match self.take()? {
            Taken::Elsewhere(url) if !url.is_empty() => Some(url),
            _ => None,
        })
    }
}

/// Opens a file that its owner alone reads and writes, making it first if need be.
fn open_private(path: &Path) -> std::io::Result<File> {
    let mut options = fs::OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(path)?;
    #[cfg(unix)]
    file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
    Ok(file)
}

/// The owner of the folder.
pub enum Taken {
    /// This process, for as long as it has the lock.
    Here(Lock),
    /// Another process, which listens at the address (empty while it starts).
    Elsewhere(String),
}

/// The folder is this process's.
pub struct Lock {
    file: File,
}

impl Lock {
    /// Says where this process listens.
    ///
    /// # Errors
    /// When the file can't be written.
    pub fn listening_at(&mut self, url: &str) -> Result<(), Failure> {
        let written =
            self.file.set_len(0).and_then(|()| self.file.rewind()).and_then(|()| self.file.write_all(url.as_bytes()));
        written.map_err(|error| Failure(format!("The folder's lock can't be written: {error}.")))
    }
}

/// Keyrings by name, each as its JSON.
type Keyrings = [(&'static str, String); 3];

/// Keys drawn at random.
///
/// # Errors
/// None that is known: they are made so that they can be read.
pub fn new_keys() -> Result<AllKeys, Failure> {
    let [(_, guests), (_, grants), (_, seal)] = new_keyrings();
    let none = |error: aftertaste::domain::Invalid| Failure(error.0);
    Ok(AllKeys {
        guests: GuestKeys::parse(&guests).map_err(none)?,
        grants: GrantKeys::parse(&grants).map_err(none)?,
        seal: SealKeys::parse(&seal).map_err(none)?,
    })
}

fn new_keyrings() -> Keyrings {
    let key = || {
        let mut bytes = [0; 32];
        // Without the system's random numbers there is nothing safe to go on with.
        #[expect(clippy::expect_used, reason = "no key may be made of anything else")]
        getrandom::fill(&mut bytes).expect("the system gives random numbers");
        STANDARD.encode(bytes)
    };
    let one = || BTreeMap::from([("1", key())]);
    [
        ("guests", json!({"current": 1, "signing": one(), "payment": key()}).to_string()),
        ("grants", json!({"grants": key(), "id": Uuid::new_v4()}).to_string()),
        ("seal", json!({"current": 1, "sealing": one()}).to_string()),
    ]
}

/// The parts of a keyring from before there were three. It had nothing that seals.
fn split(whole: &str) -> Option<Keyrings> {
    let Value::Object(mut guests) = serde_json::from_str(whole).ok()? else { return None };
    let grants: Map<String, Value> =
        ["grants", "id"].into_iter().filter_map(|name| guests.remove_entry(name)).collect();
    if !grants.contains_key("grants") {
        return None;
    }
    let [_, _, seal] = new_keyrings();
    let (guests, grants) = (Value::Object(guests).to_string(), Value::Object(grants).to_string());
    // A part that is written stays: one with a mistake must not be.
    let are_keys = GuestKeys::parse(&guests).is_ok() && GrantKeys::parse(&grants).is_ok();
    are_keys.then_some([("guests", guests), ("grants", grants), seal])
}
