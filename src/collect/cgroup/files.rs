//! Reads cgroup files, keeping a limited number of them open: opening one takes ten times as long as reading it.

use std::fs::File;
use std::io::{self, ErrorKind};
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The largest cgroup file that is read, in bytes. `memory.stat` is the longest, at about 2 kB.
const LONGEST: usize = 64 << 10;

/// The error of a file whose cgroup was removed after the file was opened.
const ENODEV: i32 = 19;

/// What all reads share: a buffer, and the number of files that may stay open.
pub(super) struct Files {
    buffer: Vec<u8>,
    /// The length of the text in the buffer.
    length: usize,
    /// Each open file holds a clone, so that the reference count is the number of open files plus one.
    open: Arc<()>,
    max_open: usize,
}

/// A file that stays open between reads, if there is room for it.
pub(super) struct KeptFile {
    path: PathBuf,
    open: Option<(File, Arc<()>)>,
}

impl Files {
    pub(super) fn new(max_open: usize) -> Self {
        Self { buffer: Vec::new(), length: 0, open: Arc::default(), max_open }
    }

    /// How many files are open.
    #[cfg(test)]
    pub(super) fn open(&self) -> usize {
        Arc::strong_count(&self.open) - 1
    }

    /// Reads a file without keeping it open; `None` if there is no such file, or none that may be read.
    pub(super) fn read(&mut self, path: &Path) -> io::Result<Option<&str>> {
        let filled = File::open(path).and_then(|file| self.fill(&file));
        if_there(filled)?.map(|()| self.text()).transpose()
    }

    /// Reads a whole file into the buffer.
    fn fill(&mut self, file: &File) -> io::Result<()> {
        self.length = 0;
        loop {
            if self.length == self.buffer.len() {
                if self.length >= LONGEST {
                    return Err(ErrorKind::FileTooLarge.into());
                }
                self.buffer.resize((2 * self.length).max(4096), 0);
            }
            let free = self.buffer.get_mut(self.length..).unwrap_or_default();
            match file.read_at(free, self.length as u64) {
                Ok(0) => return Ok(()),
                Ok(read) => self.length += read,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    fn text(&self) -> io::Result<&str> {
        let text = self.buffer.get(..self.length).unwrap_or_default();
        std::str::from_utf8(text).map_err(|_| ErrorKind::InvalidData.into())
    }
}

impl KeptFile {
    pub(super) fn new(path: PathBuf) -> Self {
        Self { path, open: None }
    }

    /// Closes the file until it is read again.
    pub(super) fn close(&mut self) {
        self.open = None;
    }

    /// Reads the whole file; `None` if there is no such file, or none that may be read. A file that stayed open while its
    /// cgroup was replaced is opened again.
    pub(super) fn read<'a>(&mut self, files: &'a mut Files) -> io::Result<Option<&'a str>> {
        if let Some((file, _)) = &self.open {
            match files.fill(file) {
                Ok(()) => return files.text().map(Some),
                Err(_) => self.open = None,
            }
        }
        let opened = File::open(&self.path).and_then(|file| files.fill(&file).map(|()| file));
        let Some(file) = if_there(opened)? else { return Ok(None) };
        if Arc::strong_count(&files.open) <= files.max_open {
            self.open = Some((file, Arc::clone(&files.open)));
        }
        files.text().map(Some)
    }
}

/// Tells a file that is not there from one that could not be read this time, such as for want of file descriptors.
fn if_there<T>(read: io::Result<T>) -> io::Result<Option<T>> {
    match read {
        Ok(read) => Ok(Some(read)),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::PermissionDenied) => Ok(None),
        Err(error) if error.raw_os_error() == Some(ENODEV) => Ok(None),
        Err(error) => Err(error),
    }
}

/// A file's only number. `None` for `max` and other text.
pub(super) fn number(text: &str) -> Option<u64> {
    text.trim().parse().ok()
}

/// The number after `key` in a file with lines of the form `key 123`.
pub(super) fn value(text: &str, key: &str) -> Option<u64> {
    text.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(' ')?.trim().parse().ok())
}
