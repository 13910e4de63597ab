//! CSV by RFC 4180.
//!
//! Ours, since the readers there are take a quote that is never closed for the rest of the file, without a word: the rows in
//! it would be lost.

use super::OpError;
use super::cell::{Cell, Cells, Fault, name};
use super::sheet::Sheet;
use super::text::{MAX_ROW, Text};

/// One line, or several if a quoted cell has line ends in it.
struct Record {
    first_line: u64,
    last_line: u64,
    cells: Vec<Vec<u8>>,
    /// Text stood behind a closing quote of this cell.
    torn: Option<usize>,
}

pub(super) fn read(text: &mut Text<'_>, sheet: &mut Sheet<'_>) -> Result<(), OpError> {
    let Some(header) = record(text)? else { return Ok(()) };
    let columns = columns(&header).map_err(|why| text.broken(header.first_line, why))?;
    sheet.columns(&columns).map_err(|error| with_separator(error, &columns, text))?;
    while let Some(record) = record(text)? {
        let line = record.first_line;
        sheet.take(Some(line), cells(record, &columns))?;
    }
    Ok(())
}

/// The names in the header.
fn columns(header: &Record) -> Result<Vec<String>, String> {
    if header.torn.is_some() {
        return Err("the header has text behind a closing quote".to_owned());
    }
    let mut columns: Vec<String> = Vec::with_capacity(header.cells.len());
    for (at, cell) in header.cells.iter().enumerate() {
        let column = str::from_utf8(cell).map_err(|_| "the header is not text in UTF-8".to_owned())?.trim();
        if column.is_empty() {
            return Err(format!("column {} of the header has no name", at + 1));
        }
        columns.push(column.to_owned());
    }
    let mut sorted: Vec<&String> = columns.iter().collect();
    sorted.sort_unstable();
    match sorted.windows(2).find(|pair| pair[0] == pair[1]) {
        Some(pair) => Err(format!("the column `{}` is there twice", name(pair[0]))),
        None => Ok(columns),
    }
}

/// A header that is one word has its cells separated by something else, perhaps.
fn with_separator(error: OpError, columns: &[String], text: &Text<'_>) -> OpError {
    match columns {
        [only] if only.contains([';', '\t']) => text.broken(1, "cells are separated by commas in CSV; save it so"),
        _ => error,
    }
}

fn cells(record: Record, columns: &[String]) -> Result<Cells, Fault> {
    if let Some(at) = record.torn {
        return Err(Fault {
            column: columns.get(at).cloned(),
            reason: "text stands behind the closing quote; a quote within quotes is written twice".to_owned(),
        });
    }
    let (found, wanted) = (record.cells.len(), columns.len());
    if found != wanted {
        let lines = match record.last_line - record.first_line {
            0 => String::new(),
            _ => format!("; it goes on to line {}: is a quote missing?", record.last_line),
        };
        return Err(Fault::whole(format!("the header has {wanted} columns, and the row {found}{lines}")));
    }
    let cell = |(bytes, column): (Vec<u8>, &String)| match String::from_utf8(bytes) {
        Ok(text) if text.is_empty() => Ok((column.clone(), Cell::Nothing)),
        Ok(text) => Ok((column.clone(), Cell::Text(text))),
        Err(_) => Err(Fault { column: Some(column.clone()), reason: "not text in UTF-8".to_owned() }),
    };
    record.cells.into_iter().zip(columns).map(cell).collect()
}

/// The next line that is not empty.
fn record(text: &mut Text<'_>) -> Result<Option<Record>, OpError> {
    while matches!(text.peek()?, Some(b'\r' | b'\n')) {
        text.next()?;
    }
    let first_line = text.line();
    if text.peek()?.is_none() {
        return Ok(None);
    }
    let mut record = Record { first_line, last_line: first_line, cells: Vec::new(), torn: None };
    let mut room = MAX_ROW;
    loop {
        let cell = cell(text, &mut record, &mut room)?;
        record.cells.push(cell);
        record.last_line = text.line();
        if !text.takes(b',')? {
            break;
        }
    }
    text.takes(b'\r')?;
    text.takes(b'\n')?;
    Ok(Some(record))
}

/// Up to the comma or the line end behind it.
fn cell(text: &mut Text<'_>, record: &mut Record, room: &mut usize) -> Result<Vec<u8>, OpError> {
    let mut cell = Vec::new();
    // Each cell takes a place of its own.
    take_room(text, record, room, size_of::<Vec<u8>>())?;
    let opened = text.line();
    if text.takes(b'"')? {
        loop {
            match text.next()? {
                Some(b'"') if !text.takes(b'"')? => break,
                Some(byte) => cell.push(byte),
                None => return Err(text.broken(opened, "a quote is opened here and never closed")),
            }
            take_room(text, record, room, 1)?;
        }
        if !matches!(text.peek()?, None | Some(b',' | b'\r' | b'\n')) {
            record.torn.get_or_insert(record.cells.len());
        }
    }
    while let Some(byte) = text.peek()?.filter(|byte| !matches!(byte, b',' | b'\r' | b'\n')) {
        text.next()?;
        cell.push(byte);
        take_room(text, record, room, 1)?;
    }
    Ok(cell)
}

fn take_room(text: &Text<'_>, record: &Record, room: &mut usize, count: usize) -> Result<(), OpError> {
    *room = room.checked_sub(count).ok_or_else(|| text.too_large(record.first_line, ": is a quote missing?"))?;
    Ok(())
}
