//! What costs money is bought only where the user lets it.

use onramp::action::Registry;
use onramp::workflow::{Bound, Type};
use serde_json::json;

use crate::support::{Asked, Output, TestContext, till};

const FUND: &str = "name: fund
inputs:
  amount: { type: number, default: 20 }
secrets:
  token: { env: TOKEN }
steps:
  fund:
    uses: modelslab.fund_wallet
    with: { token: '${{ secrets.token }}', amount: '${{ inputs.amount }}' }
  more:
    uses: modelslab.fund_wallet
    needs: fund
    if: inputs.amount < 100
    with: { token: '${{ secrets.token }}', amount: 10 }
";

fn onramp<'a>(context: &TestContext, url: &str, words: impl IntoIterator<Item = &'a str>) -> Output {
    context.onramp(words).env("ONRAMP_BASE_URL", url).env("TOKEN", "1|abcdefghijkl").run()
}

/// The paths of what was asked for.
fn lines(asked: &Asked) -> Vec<String> {
    asked.lock().unwrap().iter().map(|(line, _)| line.replace("/api/agents/v1/", "")).collect()
}

#[test]
fn what_nobody_allowed_is_refused_before_anything_is_sent() {
    let (context, (url, asked)) = (TestContext::new(), till(json!(1)));
    context.write("fund.yaml", FUND);
    let refused = onramp(&context, &url, ["run", "fund.yaml"]).expect_code(2);
    refused.says(&["`fund` may spend 20.00 US dollars", "`more` may spend 10.00", "--allow-spend"]);
    let too_much = onramp(&context, &url, ["run", "fund.yaml", "--allow-spend", "29.99"]).expect_code(2);
    too_much.says(&["`more` may spend 10.00 US dollars beside 20.00", "the limit is 29.99", "--allow-spend 30.00"]);
    for limit in ["-1", "1.999", "much", "NaN"] {
        let flag = format!("--allow-spend={limit}");
        onramp(&context, &url, ["run", "fund.yaml", &flag]).expect_code(2).says(&["at most two decimals"]);
    }
    assert!(lines(&asked).is_empty() && !context.store().exists());
}

#[test]
fn what_is_allowed_is_bought_and_shown() {
    let (context, (url, asked)) = (TestContext::new(), till(json!(1)));
    context.write("fund.yaml", FUND);
    onramp(&context, &url, ["run", "fund.yaml", "--allow-spend", "30"]).expect_code(0);
    assert_eq!(lines(&asked), ["POST wallet/fund", "POST wallet/fund"]);
    let shown = context.onramp(["show", "last"]).run().expect_code(0);
    assert!(shown.stdout.contains("Spending  30.00 of 30.00 US dollars begun"), "{shown:?}");
    let shown = context.onramp(["show", "last", "--json"]).run().expect_code(0).json();
    assert_eq!((&shown["allow_spend"], &shown["spent"]), (&json!("30.00"), &json!("30.00")));
}

#[test]
fn a_plan_tells_what_it_costs_and_what_a_run_would_refuse() {
    let (context, (url, _)) = (TestContext::new(), till(json!(1)));
    context.write("fund.yaml", FUND);
    let planned = onramp(&context, &url, ["plan", "fund.yaml"]).expect_code(2);
    assert!(planned.stdout.contains("config.spend_limit") && planned.stdout.contains("dollars: 20.00"), "{planned:?}");
    onramp(&context, &url, ["plan", "fund.yaml", "--allow-spend", "30"]).expect_code(0);
    let skipped = onramp(&context, &url, ["plan", "fund.yaml", "-i", "amount=100", "--allow-spend", "100", "--json"]);
    let planned = skipped.expect_code(0).json();
    assert_eq!((&planned["costs"][0]["price"], &planned["costs"][1]), (&json!("100.00"), &json!(null)));
    context.onramp(["plan", "fund.yaml", "--sandbox"]).run().expect_code(0);
}

#[test]
fn an_amount_that_is_found_out_on_the_way_is_held_against_the_limit() {
    let (context, (url, asked)) = (TestContext::new(), till(json!(15)));
    let text = FUND.replace("'${{ inputs.amount }}'", "'${{ steps.plans.outputs.plans[0].price }}'");
    let plans = "steps:\n  plans: { uses: modelslab.list_plans, with: { token: '${{ secrets.token }}' } }\n";
    context.write("fund.yaml", &text.replace("steps:\n", plans));
    let failed = onramp(&context, &url, ["run", "fund.yaml", "--allow-spend", "14"]).expect_code(1);
    assert!(failed.stdout.contains("config.spend_limit"), "{failed:?}");
    assert_eq!(lines(&asked), ["GET subscriptions/plans"]);
    // It keeps its limit, and may be given another.
    onramp(&context, &url, ["resume", "last"]).expect_code(1);
    assert_eq!(lines(&asked), ["GET subscriptions/plans"]);
    onramp(&context, &url, ["resume", "last", "--allow-spend", "25"]).expect_code(0);
    assert_eq!(lines(&asked), ["GET subscriptions/plans", "POST wallet/fund", "POST wallet/fund"]);
    onramp(&context, &url, ["retry", "last", "--step", "fund"]).expect_code(1);
    assert_eq!(lines(&asked).len(), 3, "to buy again counts again");
}

#[test]
fn an_edit_that_would_spend_is_refused_before_anything_is_sent() {
    let (context, (url, asked)) = (TestContext::new(), till(json!(1)));
    let first = "name: fund\nsecrets: { token: { env: TOKEN } }\nsteps:\n  wrong: { uses: assert, with: { that: false } }\n  \
                 plans: { uses: modelslab.list_plans, with: { token: '${{ secrets.token }}' } }\n";
    context.write("fund.yaml", first);
    onramp(&context, &url, ["run", "fund.yaml"]).expect_code(1);
    let buy = "  buy: { uses: modelslab.fix_payment, with: { token: '${{ secrets.token }}', subscription_id: s, plan_category: imagen } }\n";
    context.write("fund.yaml", &format!("{}{buy}", first.replace("false", "true")));
    let refused = onramp(&context, &url, ["resume", "last", "--allow-spend", "1000"]).expect_code(2);
    refused.says(&["`buy` spends US dollars", "--allow-spend any"]);
    assert_eq!(lines(&asked), ["GET subscriptions/plans"]);
    onramp(&context, &url, ["resume", "last", "--allow-spend", "any"]).expect_code(0);
    assert_eq!(lines(&asked).len(), 2);
}

#[test]
fn a_sandbox_needs_no_leave() {
    let context = TestContext::new();
    context.write("fund.yaml", &FUND.replace("{ env: TOKEN }", "{ env: TOKEN, sandbox: '1|abcdefghijkl' }"));
    let ended = context.onramp(["run", "fund.yaml", "--sandbox"]).run();
    assert!(!ended.stdout.contains("spend_limit") && ended.code != Some(2), "{ended:?}");
}

/// Subscribes to the plan 7 by `onramp call`.
fn subscribe(price: serde_json::Value, most: &str) -> (Output, Vec<(String, serde_json::Value)>) {
    let (context, (url, asked)) = (TestContext::new(), till(price));
    let most = format!("max_price={most}");
    let call = ["call", "modelslab.create_subscription", "-w", "plan_id=7", "-w", &most, "--allow-spend", "50"];
    let command = context.onramp(call).env("ONRAMP_BASE_URL", url).env("ONRAMP_INPUT_TOKEN", "1|abcdefghijkl");
    let output = command.run();
    let asked = asked.lock().unwrap().clone();
    (output, asked)
}

#[test]
fn a_plan_is_bought_only_for_the_price_that_the_step_says() {
    let (bought, asked) = subscribe(json!("29.00"), "29");
    bought.expect_code(0);
    assert_eq!(asked.len(), 2);
    assert_eq!(asked[1].1, json!({ "plan_id": 7 }), "the price is not sent");
    for price in [json!(29.01), json!(null), json!("on request")] {
        let (refused, asked) = subscribe(price, "29");
        assert!(refused.expect_code(1).stdout.contains("config.max_price"));
        assert!(asked.iter().all(|(line, _)| line.starts_with("GET ")), "{asked:?}");
    }
    subscribe(json!(1), "50.01").0.expect_code(2).says(&["`call` may spend 50.01"]);
}

#[test]
fn what_bounds_a_price_is_a_number_of_the_step() {
    for spec in Registry::builtin().catalogue().names().map(|name| Registry::builtin().spec(name).unwrap()) {
        let Some(bound) = spec.reach.spends.and_then(|spends| spends.money) else { continue };
        let parameter = bound.parameter().map(|name| spec.parameter(name).unwrap());
        assert!(parameter.is_none_or(|parameter| parameter.ty == Type::Number), "{}", spec.name);
        let required = matches!(bound, Bound::Parameter(_));
        assert!(parameter.is_none_or(|parameter| parameter.required == required), "{}", spec.name);
    }
}
