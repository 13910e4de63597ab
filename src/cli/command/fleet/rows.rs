//! The rows of a fleet, from wherever the command line says.

use std::path::Path;

use crate::cli::args::{Global, RowArgs};
use crate::cli::console::stderr_look;
use crate::cli::failure::Failure;
use crate::cli::voice::Voice;
use crate::cli::{out, values};
use crate::fleet::Row;
use crate::ops::{self, GivenRows, OpError, RowSource, RowsRequest, Talk as _};
use crate::report::fleet::bad_rows;
use crate::workflow::Workflow;

/// The fleet's name: the one given, or the stem of the file with the rows.
pub fn name(given: Option<String>, rows: &RowArgs) -> Result<String, OpError> {
    let stem = || rows.inputs.as_deref().filter(|path| *path != Path::new("-"))?.file_stem()?.to_str();
    given
        .or_else(|| stem().map(str::to_owned))
        .ok_or_else(|| OpError::Usage("the fleet needs a name: `--name q4`".to_owned()))
}

pub fn rows(
    workflow: &Workflow,
    args: RowArgs,
    sandbox: bool,
    global: &Global,
    voice: &mut Voice,
) -> Result<Vec<Row>, Failure> {
    let given = values::given(workflow, &args.input, None).map_err(OpError::Usage)?;
    let source = match (args.inputs, args.count) {
        (Some(path), _) if path == Path::new("-") => RowSource::StandardInput,
        (Some(path), _) => RowSource::File(path),
        (None, count) => {
            let pair = |pair: &String| values::pair(pair).map(|(name, value)| (name.to_owned(), value.to_owned()));
            let columns = args.template.iter().map(pair).collect::<Result<_, _>>().map_err(OpError::Usage)?;
            RowSource::Template { count: count.unwrap_or(0), columns }
        }
    };
    let request = RowsRequest { source, format: args.format.map(Into::into), key: args.key, given: &given, sandbox };
    let read = ops::read_rows(workflow, &request, &mut std::io::stdin(), &mut |text| voice.say(text))?;
    let GivenRows { rows, bad, duplicates } = read;
    if !duplicates.is_empty() {
        voice.say(&format!("{} rows are there already, value by value, and count once", duplicates.len()));
    }
    if !bad.is_empty() {
        out::draw(&bad_rows::page(&bad, &stderr_look(global.color)));
        if !args.skip_bad {
            let message = "rows are wrong, and nothing was sent; `--skip-bad` leaves these out".to_owned();
            return Err(OpError::Usage(message).into());
        }
    }
    Ok(rows)
}
