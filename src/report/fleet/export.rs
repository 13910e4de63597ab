//! The outputs of a fleet's rows: a table, or an object on each line.

use serde_json::{Map, Value};

use crate::report::Secrets;
use crate::report::export::Exported;
use crate::report::export::csv::cell;
use crate::secret::MASKED;

/// The outputs of one row.
pub struct ExportedRow {
    pub key: String,
    /// The id of its run.
    pub run: String,
    /// In the order of the workflow.
    pub outputs: Vec<Exported>,
}

fn shown(output: &Exported, secrets: Secrets) -> Value {
    let hidden = output.value.is_secret() && secrets == Secrets::Masked && !output.value.expose().is_null();
    if hidden { MASKED.into() } else { output.value.expose().clone() }
}

/// A line for each row; rows whose workflow was edited may have other outputs, which are columns behind the others.
pub fn csv(rows: &[ExportedRow], secrets: Secrets) -> String {
    let mut names: Vec<&str> = Vec::new();
    for output in rows.iter().flat_map(|row| &row.outputs) {
        if !names.contains(&output.name.as_str()) {
            names.push(&output.name);
        }
    }
    let mut text = ["key", "run_id"].into_iter().chain(names.iter().copied()).collect::<Vec<_>>().join(",") + "\n";
    for row in rows {
        let mut cells = vec![cell(&row.key.as_str().into()), row.run.clone()];
        let of_name = |name: &&str| row.outputs.iter().find(|output| output.name == **name);
        cells.extend(
            names.iter().map(|name| of_name(name).map_or(String::new(), |output| cell(&shown(output, secrets)))),
        );
        text.push_str(&(cells.join(",") + "\n"));
    }
    text
}

/// Each with `key`, `run_id` and `outputs`.
pub fn jsonl(rows: &[ExportedRow], secrets: Secrets) -> String {
    let line = |row: &ExportedRow| {
        let outputs: Map<String, Value> =
            row.outputs.iter().map(|output| (output.name.clone(), shown(output, secrets))).collect();
        format!("{}\n", serde_json::json!({ "key": row.key, "run_id": row.run, "outputs": outputs }))
    };
    rows.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::secret::Datum;

    fn rows() -> Vec<ExportedRow> {
        let output = |name: &str, value| Exported { name: name.into(), variable: name.to_uppercase(), value };
        let row = |key: &str, outputs| ExportedRow { key: key.into(), run: format!("q4-{key}"), outputs };
        vec![
            row("=a,b", vec![output("api_key", Datum::secret(json!("s3cret"))), output("n", Datum::Public(json!(1)))]),
            row("c", vec![output("n", Datum::Public(Value::Null)), output("late", Datum::Public(json!([1, "x"])))]),
        ]
    }

    #[test]
    fn a_table_has_a_column_for_every_output_of_any_row_and_no_formula() {
        assert_eq!(
            csv(&rows(), Secrets::Masked),
            "key,run_id,api_key,n,late\n\"'=a,b\",q4-=a,b,***,1,\nc,q4-c,,,\"[1,\"\"x\"\"]\"\n"
        );
        assert!(csv(&rows(), Secrets::Revealed).contains("s3cret"));
    }

    #[test]
    fn lines_of_json_have_the_values_as_they_are() {
        assert_eq!(
            jsonl(&rows(), Secrets::Masked),
            "{\"key\":\"=a,b\",\"run_id\":\"q4-=a,b\",\"outputs\":{\"api_key\":\"***\",\"n\":1}}\n{\"key\":\"c\",\"run_id\":\"q4-c\",\"outputs\":{\"n\":null,\"late\":[1,\"x\"]}}\n"
        );
    }
}
