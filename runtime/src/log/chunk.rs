use std::sync::{Arc, PoisonError};

use crate::sync::Mutex;

/// A part of the log that is complete.
pub(crate) struct Chunk {
    pub(super) start: u64,
    pub(super) bytes: Vec<u8>,
    /// Where its buffer goes; nowhere if it was read back from disk.
    spares: Option<Arc<Spares>>,
}

/// Buffers of chunks that everybody has read, for the next ones: what memory that is new to the process costs,
/// a page fault every 4 KiB, the capturing thread would pay.
pub(super) struct Spares {
    /// Bytes of one buffer.
    size: usize,
    buffers: Mutex<Vec<Vec<u8>>>,
}

/// How many buffers are kept; a delivery that is behind has more, and gives them back.
const KEPT: usize = 4;

impl Chunk {
    pub(super) fn new(start: u64, bytes: Vec<u8>, spares: &Arc<Spares>) -> Self {
        Self { start, bytes, spares: Some(Arc::clone(spares)) }
    }

    pub(super) fn read_back(start: u64, bytes: Vec<u8>) -> Self {
        Self { start, bytes, spares: None }
    }

    pub(super) fn end(&self) -> u64 {
        self.start + self.bytes.len() as u64
    }
}

impl Drop for Chunk {
    fn drop(&mut self) {
        if let Some(spares) = &self.spares {
            spares.keep(std::mem::take(&mut self.bytes));
        }
    }
}

impl Spares {
    pub(super) fn new(size: usize) -> Self {
        Self { size, buffers: Mutex::default() }
    }

    /// Bytes of one buffer.
    pub(super) fn size(&self) -> usize {
        self.size
    }

    /// An empty buffer.
    pub(super) fn take(&self) -> Vec<u8> {
        let kept = self.buffers.lock().unwrap_or_else(PoisonError::into_inner).pop();
        kept.unwrap_or_else(|| Vec::with_capacity(self.size))
    }

    fn keep(&self, mut buffer: Vec<u8>) {
        let mut buffers = self.buffers.lock().unwrap_or_else(PoisonError::into_inner);
        // One that grew for a huge record is given back.
        if buffers.len() < KEPT && buffer.capacity() == self.size {
            buffer.clear();
            buffers.push(buffer);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_buffer_of_a_chunk_that_nobody_needs_is_the_next_one() {
        let spares = Arc::new(Spares::new(100));
        let mut bytes = spares.take();
        bytes.extend_from_slice(b"record");
        let (address, chunk) = (bytes.as_ptr(), Arc::new(Chunk::new(0, bytes, &spares)));
        let reader = Arc::clone(&chunk);
        drop(chunk);
        assert_eq!(reader.bytes, b"record");
        drop(reader);
        let next = spares.take();
        assert!(next.is_empty() && next.as_ptr() == address);
    }

    #[test]
    fn few_buffers_are_kept_and_none_that_grew() {
        let spares = Spares::new(100);
        spares.keep(Vec::with_capacity(5000));
        assert!(spares.buffers.lock().unwrap().is_empty());
        for _ in 0..2 * KEPT {
            spares.keep(Vec::with_capacity(100));
        }
        assert_eq!(spares.buffers.lock().unwrap().len(), KEPT);
    }
}
