//! Work on many things at once.

use std::{panic::resume_unwind, sync::OnceLock, thread};

/// Below this many things, threads cost more than they bring.
const WORTH_IT: usize = 16;
/// More threads than this bring nothing to the batches that there are.
const MAX_THREADS: usize = 8;
/// How many threads wait for a disk at once.
const MAX_WAITING: usize = 32;

/// How many threads do work. Asked once: the answer is in files.
pub(crate) fn threads() -> usize {
    static THREADS: OnceLock<usize> = OnceLock::new();
    *THREADS
        .get_or_init(|| thread::available_parallelism().map_or(1, |threads| threads.get().min(MAX_THREADS)))
}

/// What `act` makes of each item, in their order.
pub(crate) fn map<T: Send, U: Send>(mut items: Vec<T>, act: impl Fn(T) -> U + Sync) -> Vec<U> {
    let threads = if items.len() < WORTH_IT { 1 } else { threads() };
    if threads == 1 {
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

/// What `act` makes of each item, where `act` waits for the disk: a thread for each, a few at a time. The calling thread does
/// `meanwhile` first, and then its share.
pub(crate) fn wait_for_all<T: Send, U: Send>(
    items: Vec<T>,
    act: impl Fn(T) -> U + Sync,
    meanwhile: impl FnOnce(),
) -> Vec<U> {
    let mut done = Vec::with_capacity(items.len());
    let mut items = items.into_iter();
    let mut meanwhile = Some(meanwhile);
    let act = &act;
    loop {
        let mut group: Vec<_> = items.by_ref().take(MAX_WAITING).collect();
        let own = group.pop();
        thread::scope(|scope| {
            let workers: Vec<_> = group
                .into_iter()
                .map(|item| scope.spawn(move || act(item)))
                .collect();
            if let Some(meanwhile) = meanwhile.take() {
                meanwhile();
            }
            let own = own.map(act);
            for worker in workers {
                done.push(worker.join().unwrap_or_else(|panic| resume_unwind(panic)));
            }
            done.extend(own);
        });
        if items.len() == 0 {
            return done;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_is_kept() {
        for length in [0, 1, 15, 16, 17, 1000, 1001] {
            let items: Vec<u32> = (0..length).collect();
            let want: Vec<u32> = items.iter().map(|item| item + 1).collect();
            assert_eq!(map(items.clone(), |item| item + 1), want);
            let mut times = 0;
            assert_eq!(wait_for_all(items, |item| item + 1, || times += 1), want);
            assert_eq!(times, 1);
        }
    }
}
