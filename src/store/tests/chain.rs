//! Whatever is done to the lines of a journal is noticed, and the line is named.

use super::fixture::*;
use crate::entropy::SeededEntropy;
use crate::store::*;

const COMMITS: u64 = 6;

/// The lines of a journal of a header and seven commits, of which the checkpoint knows all to be synced.
fn lines() -> (simulated::ForgetfulDisk, Vec<String>) {
    let disk = disk_with(COMMITS);
    let (mut writer, _) = resume_on(&disk, &key(1)).unwrap();
    writer.append(&[intent(COMMITS + 2)], true).unwrap();
    writer.checkpoint(&recorded("a", COMMITS + 2, Vec::new()), true).unwrap();
    let text = String::from_utf8(disk.contents(RunFile::Journal).unwrap()).unwrap();
    (disk, text.lines().map(str::to_owned).collect())
}

/// What opening says once the journal consists of `lines`; checks that it changed nothing.
fn refusal(disk: &simulated::ForgetfulDisk, lines: &[String]) -> String {
    let bytes = lines.iter().flat_map(|line| [line.as_bytes(), b"\n"]).collect::<Vec<_>>().concat();
    disk.tamper(RunFile::Journal, Some(bytes.clone()));
    let error = resume_on(disk, &key(1)).err().expect("a changed journal was taken for a whole one");
    assert!(matches!(error, StoreError::Damaged { .. }), "{error:?}");
    assert_eq!(disk.contents(RunFile::Journal).unwrap_or_default(), bytes);
    error.to_string()
}

fn assert_names_line(error: &str, index: usize) {
    assert!(error.starts_with(&format!("journal.jsonl:{}: ", index + 1)), "line {}: {error}", index + 1);
}

#[test]
fn a_journal_that_nobody_touched_is_whole() {
    let (disk, lines) = lines();
    assert_eq!(lines.len() as u64, COMMITS + 3);
    let (writer, loaded) = resume_on(&disk, &key(1)).unwrap();
    assert_eq!((writer.seq(), loaded.entries.len(), loaded.warnings.len()), (COMMITS + 2, 0, 0));
}

#[test]
fn an_edited_line_is_refused_wherever_it_was_edited() {
    let (disk, lines) = lines();
    for index in 0..lines.len() {
        for (position, found) in lines[index].char_indices().step_by(7) {
            let mut edited = lines.clone();
            let other = if found == '0' { "1" } else { "0" };
            edited[index].replace_range(position..position + found.len_utf8(), other);
            assert_names_line(&refusal(&disk, &edited), index);
        }
    }
}

#[test]
fn swapped_lines_are_refused() {
    let (disk, lines) = lines();
    for first in 0..lines.len() {
        for second in first + 1..lines.len() {
            let mut swapped = lines.clone();
            swapped.swap(first, second);
            assert_names_line(&refusal(&disk, &swapped), first);
        }
    }
}

#[test]
fn a_missing_line_is_refused_be_it_the_last() {
    let (disk, lines) = lines();
    for index in 0..lines.len() {
        let mut shorter = lines.clone();
        shorter.remove(index);
        let error = refusal(&disk, &shorter);
        assert_names_line(&error, index);
        assert!(error.contains("missing") || index == 0, "{error}");
    }
}

#[test]
fn a_line_that_stands_twice_is_refused() {
    let (disk, lines) = lines();
    for index in 0..lines.len() {
        let mut longer = lines.clone();
        longer.insert(index, lines[index].clone());
        assert_names_line(&refusal(&disk, &longer), index + 1);
    }
}

#[test]
fn a_line_of_another_run_is_refused() {
    let (disk, lines) = lines();
    let other = simulated::ForgetfulDisk::default();
    let (origin, first, state) = (origin(), first("b"), recorded("b", 1, Vec::new()));
    let new = NewRun { texts: &WORKFLOW.into(), origin: &origin, first: &first, state: &state };
    RunWriter::create(other.handle(), new, &key(1), std::sync::Arc::new(SeededEntropy::new(8))).unwrap();
    let theirs = String::from_utf8(other.contents(RunFile::Journal).unwrap()).unwrap();
    for (index, line) in theirs.lines().enumerate() {
        let mut mixed = lines.clone();
        mixed[index] = line.to_owned();
        assert_names_line(&refusal(&disk, &mixed), index);
    }
    disk.tamper(RunFile::Journal, other.contents(RunFile::Journal));
    assert!(resume_on(&disk, &key(1)).is_err());
    let seal = other.contents(RunFile::Seal);
    disk.tamper(
        RunFile::Seal,
        seal.map(|seal| String::from_utf8(seal).unwrap().replace("\"b\"", "\"a\"").into_bytes()),
    );
    let error = resume_on(&disk, &key(1)).err().unwrap().to_string();
    assert!(error.starts_with("seal.json: was changed, or belongs to another run"), "{error}");
}

#[test]
fn an_edited_line_is_refused_though_it_was_never_synced_and_no_checkpoint_knows_it() {
    let disk = disk_with(0);
    let (mut writer, _) = resume_on(&disk, &key(1)).unwrap();
    for seq in 2..6 {
        writer.append(&[intent(seq)], false).unwrap();
    }
    disk.tamper(RunFile::Checkpoint, None);
    let text = String::from_utf8(disk.contents(RunFile::Journal).unwrap()).unwrap();
    let lines: Vec<String> = text.lines().map(str::to_owned).collect();
    for index in 0..lines.len() {
        let mut edited = lines.clone();
        edited[index] = edited[index].replace("signup", "signUp").replace("agent@", "agenT@").replace("1.0", "1.1");
        assert_ne!(edited, lines);
        assert_names_line(&refusal(&disk, &edited), index);
    }
}

#[test]
fn zeros_over_a_line_that_a_later_one_knows_to_be_synced_are_no_accident() {
    let (disk, lines) = lines();
    disk.tamper(RunFile::Checkpoint, None);
    for index in 0..lines.len() - 2 {
        let mut holed = lines.clone();
        holed[index].replace_range(5..9, "\0\0\0\0");
        assert_names_line(&refusal(&disk, &holed), index);
    }
}

#[test]
fn zeros_over_a_line_that_a_checkpoint_knows_to_be_synced_are_no_accident() {
    let (disk, lines) = lines();
    for index in 0..lines.len() {
        let mut holed = lines.clone();
        holed[index].replace_range(5..9, "\0\0\0\0");
        assert_names_line(&refusal(&disk, &holed), index);
    }
}

#[test]
fn a_changed_workflow_is_refused() {
    let disk = disk_with(1);
    for bytes in [None, Some(b"name: other\n".to_vec()), Some(vec![0xff])] {
        disk.tamper(RunFile::Workflow(1), bytes);
        let error = resume_on(&disk, &key(1)).err().unwrap().to_string();
        assert!(error.starts_with("workflow.yaml: is "), "{error}");
    }
}

#[test]
fn entries_out_of_order_are_not_written() {
    let disk = disk_with(0);
    let (mut writer, _) = resume_on(&disk, &key(1)).unwrap();
    let before = disk.contents(RunFile::Journal);
    for wrong in [vec![intent(3)], vec![intent(1)], vec![intent(2), intent(4)]] {
        assert!(matches!(writer.append(&wrong, true), Err(StoreError::OutOfOrder { .. })));
    }
    assert!(matches!(writer.checkpoint(&recorded("a", 2, Vec::new()), false), Err(StoreError::OutOfOrder { .. })));
    assert_eq!(disk.contents(RunFile::Journal), before);
    writer.append(&[intent(2)], true).unwrap();
}

#[test]
fn a_newer_format_is_refused_and_left_untouched() {
    for (newer, readable) in [("2.0", false), ("1.1", true)] {
        let disk = disk_with(1);
        let seal = String::from_utf8(disk.contents(RunFile::Seal).unwrap()).unwrap();
        let seal = seal.replace("\"format\":\"1.0\"", &format!("\"format\":\"{newer}\",\"colour\":[1]")).into_bytes();
        disk.tamper(RunFile::Seal, Some(seal.clone()));
        let journal = disk.contents(RunFile::Journal).unwrap();
        disk.tamper(RunFile::Journal, Some([&journal[..], b"torn"].concat()));
        let error = resume_on(&disk, &key(1)).err().unwrap().to_string();
        assert!(error.contains(&format!("format {newer} by a newer onramp; this one knows 1.0")), "{error}");
        assert_eq!(load::load(&*disk.handle(), &key(1), entropy()).is_ok(), readable);
        assert_eq!(disk.contents(RunFile::Seal), Some(seal));
        assert_eq!(disk.contents(RunFile::Journal), Some([&journal[..], b"torn"].concat()));
    }
}

#[test]
fn a_checkpoint_in_a_newer_format_is_refused() {
    let disk = disk_with(1);
    disk.tamper(RunFile::Checkpoint, Some(br#"{"format":"2.0","anything":1}"#.to_vec()));
    assert!(matches!(resume_on(&disk, &key(1)), Err(StoreError::Newer { .. })));
}
