//! Work on many things at once.

use std::{panic::resume_unwind, thread};

/// Below this many things, threads cost more than they bring.
const WORTH_IT: usize = 16;
/// More threads than this bring nothing to the batches that there are.
const MAX_THREADS: usize = 8;

/// What `act` makes of each item, in their order.
pub(crate) fn map<T: Send, U: Send>(mut items: Vec<T>, act: impl Fn(T) -> U + Sync) -> Vec<U> {
    let threads = thread::available_parallelism().map_or(1, |threads| threads.get().min(MAX_THREADS));
    if items.len() < WORTH_IT || threads == 1 {
        return items.into_iter().map(act).collect();
    }
    let share = items.len().div_ceil(threads);
    let mut shares = Vec::with_capacity(threads);
    while items.len() > share {
        shares.push(items.split_off(items.len().saturating_sub(share)));
    }
    shares.push(items);
    let act = &act;
    thread::scope(|scope| {
        let workers: Vec<_> = shares
            .into_iter()
            .rev()
            .map(|share| scope.spawn(move || share.into_iter().map(act).collect::<Vec<_>>()))
            .collect();
        workers
            .into_iter()
            .flat_map(|worker| worker.join().unwrap_or_else(|panic| resume_unwind(panic)))
            .collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_is_kept() {
        for length in [0, 1, 15, 16, 17, 1000, 1001] {
            let items: Vec<u32> = (0..length).collect();
            let want: Vec<u32> = items.iter().map(|item| item + 1).collect();
            assert_eq!(map(items, |item| item + 1), want);
        }
    }
}
