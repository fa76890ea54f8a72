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

/// Entries with the key that is distrusted there, and why, in order of entries. `entries_of` gives those that a key signed, or more, of which
/// the caller leaves out what the key did not sign.
///
/// # Errors
/// Entries of a key that cannot be found out.
pub fn distrusted<E>(
    registry: &Registry,
    mut entries_of: impl FnMut(&KeyId) -> Result<Vec<EntryIndex>, E>,
) -> Result<Vec<(EntryIndex, KeyId, Detail)>, E> {
    let mut found = Vec::new();
    let records = registry.keys().iter();
    for (key, _) in records.filter(|(_, record)| record.distrust.is_some()) {
        let entries = entries_of(key)?.into_iter();
        found.extend(entries.filter_map(|index| Some((index, *key, distrust(registry, key, index)?))));
    }
    found.sort_by_key(|(index, ..)| *index);
    Ok(found)
}
