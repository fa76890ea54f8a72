//! Who is not to be believed: keys that the root distrusts from some entry on, and those that only such keys brought in.
//!
//! Distrust does not touch history, so no chain records this: it is derived here, from the registry as it is now, wherever it is told.

use super::Detail;
use crate::{key::KeyId, position::EntryIndex, registry::Registry, text::Quote};

/// What is wrong with an entry at `index` that `key` signed, if it is distrusted there.
#[must_use]
pub fn distrust(registry: &Registry, key: &KeyId, index: EntryIndex) -> Option<Detail> {
    let (from, reason) = registry.distrust(key).filter(|(from, _)| index >= *from)?;
    Some(Detail::DistrustedKey {
        key: *key,
        organisation: registry.keys().get(key)?.organisation.clone(),
        from,
        reason: Quote::of(reason),
    })
}

/// Every entry that a key signed which is distrusted there, and why, in order of entries. `signed_by` gives the entries that a key signed.
///
/// # Errors
/// Entries of a key that cannot be found out.
pub fn distrusted<E>(
    registry: &Registry,
    mut signed_by: impl FnMut(&KeyId) -> Result<Vec<EntryIndex>, E>,
) -> Result<Vec<(EntryIndex, Detail)>, E> {
    let mut found = Vec::new();
    let records = registry.keys().iter();
    for (key, _) in records.filter(|(_, record)| record.distrust.is_some()) {
        let entries = signed_by(key)?.into_iter();
        found.extend(entries.filter_map(|index| Some((index, distrust(registry, key, index)?))));
    }
    found.sort_by_key(|(index, _)| *index);
    Ok(found)
}
