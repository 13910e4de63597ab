//! What a crash leaves, a reader understands: the longest whole beginning, and never less than what was synced.

use proptest::prelude::*;

use super::fixture::*;
use crate::store::simulated::{Counts, Crash, ForgetfulDisk};
use crate::store::*;

/// The last sequence number after reading the disk as it is.
fn present(disk: &ForgetfulDisk) -> u64 {
    let (loaded, _) = load::load(&*disk.handle(), &key(1), entropy()).unwrap();
    let before = loaded.snapshot.as_ref().map_or(0, |parts| parts.seq);
    for (entry, due) in loaded.entries.iter().zip(before + 1..) {
        assert_eq!(*entry, if due == 1 { first("a") } else { intent(due) });
    }
    before + loaded.entries.len() as u64
}

#[test]
fn every_place_to_cut_the_file_leaves_the_longest_whole_beginning() {
    let disk = disk_with(3);
    disk.tamper(RunFile::Checkpoint, None);
    let whole = disk.contents(RunFile::Journal).unwrap();
    let header = whole.iter().position(|byte| *byte == b'\n').unwrap() + 1;
    for cut in header..=whole.len() {
        disk.tamper(RunFile::Journal, Some(whole[..cut].to_vec()));
        let commits = whole[..cut].iter().filter(|byte| **byte == b'\n').count() as u64 - 1;
        assert_eq!(present(&disk), commits, "cut at {cut}");
        assert_eq!(disk.contents(RunFile::Journal).unwrap().len(), cut, "reading cut the file");
        let (mut writer, _) = resume_on(&disk, &key(1)).unwrap();
        let next = if commits == 0 { first("a") } else { intent(commits + 1) };
        writer.append(&[next], false).unwrap();
        assert_eq!(present(&disk), commits + 1);
    }
    for cut in 0..header {
        disk.tamper(RunFile::Journal, Some(whole[..cut].to_vec()));
        let error = resume_on(&disk, &key(1)).err().unwrap().to_string();
        assert!(error.starts_with("journal.jsonl:1: "), "{error}");
    }
}

#[test]
fn a_disk_full_ends_the_journal_and_says_how_to_go_on() {
    let disk = disk_with(1);
    let (mut writer, _) = resume_on(&disk, &key(1)).unwrap();
    disk.limit(Some(40));
    let error = writer.append(&[intent(3)], true).unwrap_err().to_string();
    assert_eq!(
        error,
        "could not write journal.jsonl: no space left on device. Everything up to commit 2 is stored; put that right, \
         then `onramp resume a`"
    );
    disk.limit(None);
    let length = disk.contents(RunFile::Journal).unwrap().len();
    assert!(matches!(writer.append(&[intent(3)], true), Err(StoreError::NotCommitted { .. })));
    assert!(matches!(writer.checkpoint(&recorded("a", 2, Vec::new()), true), Err(StoreError::NotCommitted { .. })));
    assert_eq!(disk.contents(RunFile::Journal).unwrap().len(), length, "something was written after a failure");
    assert_eq!(present(&disk), 2);
    let (mut writer, _) = resume_on(&disk, &key(1)).unwrap();
    writer.append(&[intent(3)], true).unwrap();
    assert_eq!(present(&disk), 3);
}

#[test]
fn a_failed_sync_is_not_tried_again() {
    let disk = disk_with(1);
    let (mut writer, _) = resume_on(&disk, &key(1)).unwrap();
    disk.fail_syncs(true);
    let error = writer.append(&[intent(3)], true).unwrap_err();
    assert!(matches!(error, StoreError::NotCommitted { committed: 2, .. }), "{error:?}");
    disk.fail_syncs(false);
    let before = disk.counts();
    assert!(writer.append(&[], true).is_err());
    assert_eq!(disk.counts(), before);
}

#[test]
fn what_a_failed_sync_left_in_memory_is_written_again_before_anybody_goes_on() {
    let disk = disk_with(1);
    let (mut writer, _) = resume_on(&disk, &key(1)).unwrap();
    disk.fail_syncs(true);
    writer.append(&[intent(3)], true).unwrap_err();
    disk.fail_syncs(false);
    disk.kill();
    // The line can be read, and another sync would report that it is safe.
    assert_eq!(present(&disk), 3);
    let (mut writer, _) = resume_on(&disk, &key(1)).unwrap();
    writer.append(&[intent(4)], true).unwrap();
    disk.crash(Crash::default());
    assert_eq!(present(&disk), 4);
}

#[test]
fn a_disk_with_a_run_on_it_takes_no_other() {
    let disk = disk_with(1);
    let (origin, first, state) = (origin(), first("b"), recorded("b", 1, Vec::new()));
    let new = NewRun { texts: &WORKFLOW.into(), origin: &origin, first: &first, state: &state };
    assert!(matches!(RunWriter::create(disk.handle(), new, &key(1), entropy()), Err(StoreError::Exists { .. })));
    assert_eq!(present(&disk), 2);
}

#[test]
fn a_sync_is_asked_for_only_when_something_is_new() {
    let disk = disk_with(0);
    let (mut writer, _) = resume_on(&disk, &key(1)).unwrap();
    let Counts { syncs, .. } = disk.counts();
    writer.append(&[intent(2), intent(3)], false).unwrap();
    assert_eq!(disk.counts().syncs, syncs);
    writer.append(&[], true).unwrap();
    assert_eq!(disk.counts().syncs, syncs + 1);
    writer.append(&[], true).unwrap();
    assert_eq!(disk.counts().syncs, syncs + 1);
}

#[test]
fn without_a_usable_checkpoint_the_journal_tells_everything() {
    let disk = disk_with(4);
    let genuine = disk.contents(RunFile::Checkpoint).unwrap();
    let text = String::from_utf8(genuine.clone()).unwrap();
    let edited = text.replace("a note", "b note").into_bytes();
    for (bytes, why) in [
        (None, "is missing"),
        (Some(Vec::new()), "is torn or was changed"),
        (Some(genuine[..genuine.len() / 2].to_vec()), "is torn or was changed"),
        (Some(vec![0; genuine.len()]), "is torn or was changed"),
        (Some(edited), "is torn or was changed"),
    ] {
        disk.tamper(RunFile::Checkpoint, bytes);
        let (_, loaded) = resume_on(&disk, &key(1)).unwrap();
        assert_eq!(loaded.snapshot, None);
        assert_eq!(loaded.entries.len(), 5);
        assert!(loaded.warnings[0].starts_with(&format!("checkpoint.json {why}; ")), "{:?}", loaded.warnings);
    }
}

#[test]
fn a_checkpoint_that_outlived_the_lines_it_saw_is_passed_over() {
    let disk = disk_with(1);
    let (mut writer, _) = resume_on(&disk, &key(1)).unwrap();
    writer.append(&[intent(3)], false).unwrap();
    writer.checkpoint(&recorded("a", 3, Vec::new()), false).unwrap();
    disk.crash(Crash { keep: 0, hole: None, keep_checkpoint: true });
    assert_eq!(present(&disk), 2);
    let (mut writer, loaded) = resume_on(&disk, &key(1)).unwrap();
    assert!(loaded.warnings[0].contains("is ahead of the journal"), "{:?}", loaded.warnings);
    // The journal goes on differently and is longer than the checkpoint says: that still proves nothing.
    writer.append(&[intent(3)], true).unwrap();
    writer.append(&[intent(4)], true).unwrap();
    assert_eq!(present(&disk), 4);
}

#[test]
fn a_checkpoint_is_used_and_only_the_lines_after_it_are_returned() {
    let disk = disk_with(5);
    let (mut writer, _) = resume_on(&disk, &key(1)).unwrap();
    writer.checkpoint(&recorded("a", 6, Vec::new()), false).unwrap();
    writer.append(&[intent(7)], false).unwrap();
    let (_, loaded) = resume_on(&disk, &key(1)).unwrap();
    assert_eq!(loaded.snapshot, Some(recorded("a", 6, Vec::new())));
    assert_eq!(loaded.entries, [intent(7)]);
    assert_eq!(loaded.warnings, [""; 0]);
}

#[test]
fn checkpoints_cost_no_more_than_a_few_times_the_journal() {
    let disk = disk_with(0);
    let (mut writer, _) = resume_on(&disk, &key(1)).unwrap();
    let claims = |count: u64| (0..count).map(|n| format!("<{n}@onramp.test>")).collect();
    for seq in 2..=2000 {
        writer.append(&[intent(seq)], false).unwrap();
        if writer.checkpoint_due() {
            let mut state = recorded("a", seq, Vec::new());
            state.claims = std::sync::Arc::new(claims(seq * 5)); // a state that grows with every entry
            writer.checkpoint(&state, false).unwrap();
        }
    }
    let counts = disk.counts();
    assert!(counts.checkpoints > 4, "{counts:?}");
    assert!(counts.checkpoint_bytes < 3 * counts.journal_bytes, "{counts:?}");
}

#[test]
fn a_writer_from_before_the_crash_writes_no_more() {
    let disk = disk_with(0);
    let (mut writer, _) = resume_on(&disk, &key(1)).unwrap();
    disk.crash(Crash::default());
    assert!(writer.append(&[intent(2)], true).is_err());
    assert_eq!(present(&disk), 1);
}

proptest! {
    #[test]
    fn a_machine_that_crashes_keeps_what_was_synced_and_forgets_whole_commits(
        synced in 1..4u64, lost in 0..6u64, keep in 0..4000usize, start in 0..4000usize, length in 1..2000usize,
        holed: bool, checkpoint: Option<bool>, keep_checkpoint: bool,
    ) {
        let disk = disk_with(synced);
        let (mut writer, _) = resume_on(&disk, &key(1)).unwrap();
        for seq in synced + 2..synced + 2 + lost {
            writer.append(&[intent(seq)], false).unwrap();
            if checkpoint == Some(seq % 2 == 0) {
                writer.checkpoint(&recorded("a", seq, Vec::new()), false).unwrap();
            }
        }
        let hole = holed.then_some(start..start + length);
        disk.crash(Crash { keep, hole, keep_checkpoint });
        let kept = present(&disk);
        prop_assert!(kept > synced && kept <= synced + 1 + lost);
        let (mut writer, _) = resume_on(&disk, &key(1)).unwrap();
        for seq in kept + 1..kept + 4 {
            writer.append(&[intent(seq)], true).unwrap();
        }
        prop_assert_eq!(present(&disk), kept + 3);
        disk.crash(Crash::default());
        prop_assert_eq!(present(&disk), kept + 3);
    }
}
