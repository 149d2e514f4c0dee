//! Writing: standard output and error, and files that are there whole or not at all.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use super::Problem;
use crate::source::paths::io_reason;

/// Writes data to standard output. A reader that has seen enough and closed the pipe is no error.
pub(super) fn stdout(text: &str) -> Result<(), Problem> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Problem::new(format!("cannot write to standard output: {}", io_reason(&error))))
        }
        _ => Ok(()),
    }
}

/// Writes to standard error; when even that fails there is nobody left to tell.
pub(super) fn stderr(text: &str) {
    let _ = io::stderr().lock().write_all(text.as_bytes());
}

/// Writes a file: a reader sees the old content or the new one, never a part.
pub(super) fn file(path: &Path, text: &str) -> Result<(), Problem> {
    let refuse = |error: io::Error| Problem::of_path(path, format!("cannot write it: {}", io_reason(&error)));
    match fs::metadata(path) {
        // A device or a pipe cannot be replaced.
        Ok(metadata) if !metadata.is_file() => OpenOptions::new()
            .write(true)
            .open(path)
            .and_then(|mut file| file.write_all(text.as_bytes()))
            .map_err(refuse),
        // Behind a link the file is replaced and not the link.
        Ok(_) => replace(&path.canonicalize().map_err(refuse)?, text).map_err(refuse),
        Err(_) => replace(path, text).map_err(refuse),
    }
}

fn replace(path: &Path, text: &str) -> io::Result<()> {
    let temporary = temporary(path);
    let written = File::create(&temporary)
        .and_then(|mut file| file.write_all(text.as_bytes()))
        .and_then(|()| fs::rename(&temporary, path));
    if written.is_err() {
        let _ = fs::remove_file(&temporary);
    }
    written
}

/// A name beside the file that no other process of this machine uses.
fn temporary(path: &Path) -> PathBuf {
    let mut name = std::ffi::OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(format!(".{}.tmp", std::process::id()));
    path.with_file_name(name)
}
