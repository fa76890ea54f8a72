//! Who is not to be believed: keys that were revoked with distrust from some entry on.
//!
//! A revocation does not touch history, so no chain records this: it is derived here, from the registry as it is now, wherever it is told.

use super::Detail;
use crate::{key::KeyId, position::EntryIndex, registry::Registry, text::Quote};

/// What is wrong with an entry at `index` that `key` signed, if it is distrusted there: the key was revoked with distrust from that entry or an earlier one.
/// The entries that enrolled and ended the key are not.
#[must_use]
pub fn distrust(registry: &Registry, key: &KeyId, index: EntryIndex) -> Option<Detail> {
    let record = registry.keys().get(key)?;
    let from = record.distrust_from.filter(|from| index >= *from)?;
    if index <= record.enrolled || Some(index) == record.ended {
        return None;
    }
    Some(Detail::DistrustedKey {
        key: *key,
        organisation: record.organisation.clone(),
        from,
        reason: Quote::of(record.reason.as_deref().unwrap_or_default()),
    })
}

/// Every entry of a key that is distrusted there, and why, in order of entries. `entries_of` gives the entries of a key.
///
/// # Errors
/// Entries of a key that cannot be found out.
pub fn distrusted<E>(
    registry: &Registry,
    mut entries_of: impl FnMut(&KeyId) -> Result<Vec<EntryIndex>, E>,
) -> Result<Vec<(EntryIndex, Detail)>, E> {
    let mut found = Vec::new();
    let revoked = registry
        .keys()
        .iter()
        .filter(|(_, record)| record.distrust_from.is_some());
    for (key, _) in revoked {
        let entries = entries_of(key)?.into_iter();
        found.extend(entries.filter_map(|index| Some((index, distrust(registry, key, index)?))));
    }
    found.sort_by_key(|(index, _)| *index);
    Ok(found)
}
