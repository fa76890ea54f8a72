//! The store's index against the one that the entries add up to.

use prova_core::{
    index::{Bucket, BucketStore as _, Index},
    lifecycle::Chain,
    position::TreeSize,
};

use crate::{
    rows::{RowError, StoreRows},
    scratch::Buckets,
};

/// What is wrong with the store's index, `seal` being the chain of seals if there is any.
pub(super) fn compare(
    store: &StoreRows,
    index: &Index,
    buckets: &Buckets,
    seal: Option<&Chain>,
) -> Result<Vec<String>, RowError> {
    let Some((seal, sealed)) = seal.and_then(|seal| Some((seal, seal.index()?))) else {
        return Ok(Vec::new());
    };
    let size = TreeSize::new(seal.last.get());
    let row = store.index_row()?;
    if row.is_none_or(|row| row.size != size || row.terms != sealed.terms) {
        return Ok(vec![format!(
            "the index is not that of the seal in entry {}",
            seal.last
        )]);
    }
    let mut wrong = Vec::new();
    let top = store.index_top()?;
    if top.root() != sealed.root || !top.chunks().eq(index.row().chunks()) {
        wrong.push("the top of the index is not what the entries add up to".to_owned());
    }
    let subtrees = store.index_subtrees()?;
    for number in 0..=u16::MAX {
        let bucket = Bucket::new(number);
        let want = buckets.bucket(bucket)?;
        let is_whole = match store.bucket(bucket) {
            Ok(got) => got == want && subtrees.bucket(bucket) == index.row().bucket(bucket),
            Err(_) => false,
        };
        if !is_whole {
            wrong.push(format!(
                "bucket {number} of the index is not what the entries add up to"
            ));
        }
    }
    Ok(wrong)
}
