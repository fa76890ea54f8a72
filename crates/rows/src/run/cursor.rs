//! The rows of a run, one after the other.

use std::sync::Arc;

use super::{BlockAddress, Run, size};
use crate::{
    EngineError,
    block::{Block, RowPlace, RowRef},
    merge::Cursor,
};

/// The rows of a run from a key on, a block of each level in memory at a time.
#[derive(Debug)]
pub(crate) struct RunCursor {
    run: Arc<Run>,
    /// The blocks on the way to the current row: of the root, …, of the rows.
    levels: Vec<CursorLevel>,
    /// The current row, in the last block.
    row: Option<RowPlace>,
}

#[derive(Debug)]
struct CursorLevel {
    block: Arc<Block>,
    /// Where the next row begins.
    next: usize,
}

impl RunCursor {
    pub(super) fn new(run: Arc<Run>, from: &[u8]) -> Result<Self, EngineError> {
        let root = run.description.root;
        let mut cursor = Self {
            run,
            levels: Vec::new(),
            row: None,
        };
        cursor.descend(&root, from)?;
        cursor.advance_from(from)?;
        Ok(cursor)
    }

    /// Whether the last block has rows, and not places of other blocks.
    fn is_at_rows(&self) -> bool {
        self.levels.len() > size(self.run.description.levels.into())
    }

    /// Goes on in a block: with its first row that is wanted, or the address of the first block that may have such.
    fn descend(&mut self, address: &BlockAddress, from: &[u8]) -> Result<(), EngineError> {
        let is_of_rows = self.levels.len() == size(self.run.description.levels.into());
        // Whoever begins in the midst comes again; whoever goes through all of it would only drive others' blocks out.
        let block = if is_of_rows || from.is_empty() {
            Arc::new(self.run.read(address)?)
        } else {
            self.run.upper(address)?
        };
        let mut next = block.start();
        let mut at = next;
        while let Some(row) = block.row_at(at)? {
            let key = block.key(&row);
            if is_of_rows && key >= from {
                next = at;
                break;
            }
            if !is_of_rows && key > from {
                break;
            }
            // A block may end with wanted rows if the next one begins above them.
            next = if is_of_rows { row.end } else { at };
            at = row.end;
        }
        self.levels.push(CursorLevel { block, next });
        Ok(())
    }

    fn advance_from(&mut self, from: &[u8]) -> Result<(), EngineError> {
        self.row = None;
        loop {
            let is_at_rows = self.is_at_rows();
            let Some(level) = self.levels.last_mut() else {
                return Ok(());
            };
            let Some(row) = level.block.row_at(level.next)? else {
                self.levels.pop();
                continue;
            };
            level.next = row.end;
            if is_at_rows {
                self.row = Some(row);
                return Ok(());
            }
            let address = self.run.address(level.block.value(&row))?;
            self.descend(&address, from)?;
        }
    }
}

impl Cursor for RunCursor {
    fn current(&self) -> Option<RowRef<'_>> {
        let (level, row) = (self.levels.last()?, self.row.as_ref()?);
        Some((level.block.key(row), level.block.value(row)))
    }

    fn advance(&mut self) -> Result<(), EngineError> {
        // Whatever comes next is above the first key that was wanted.
        self.advance_from(&[])
    }
}
