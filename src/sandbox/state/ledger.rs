//! The ledger: what the service did, as a JSON document without any secret.

use serde_json::{Value, json};

use super::ledger_money;
use super::records::{MailNote, MemberStatus, RequestNote};
use super::whole::State;

/// Lists of what exists and of what was asked, for a reader outside. What was deleted stays, marked.
pub fn ledger(state: &State) -> Value {
    json!({
        "accounts": accounts(state),
        "verifications": verifications(state),
        "api_keys": api_keys(state),
        "team_members": team_members(state),
        "images": images(state),
        "payment_methods": ledger_money::payment_methods(state),
        "payments": ledger_money::payments(state),
        "checkouts": ledger_money::checkouts(state),
        "transactions": ledger_money::transactions(state),
        "subscriptions": ledger_money::subscriptions(state),
        "mails": state.mails.iter().map(mail).collect::<Vec<_>>(),
        "requests": state.requests.iter().map(request).collect::<Vec<_>>(),
    })
}

fn accounts(state: &State) -> Vec<Value> {
    let account = |a: &super::Account| {
        json!({
            "id": a.id, "account": a.email, "email": a.email, "name": a.name,
            "verified": a.verified_at.is_some(), "created_at": a.created_at.to_string(),
        })
    };
    state.accounts.values().map(account).collect()
}

fn verifications(state: &State) -> Vec<Value> {
    let verified = state.accounts.values().filter_map(|a| Some((a, a.verified_at?)));
    verified.map(|(a, at)| json!({ "account": a.email, "name": a.name, "verified_at": at.to_string() })).collect()
}

fn api_keys(state: &State) -> Vec<Value> {
    let key = |k: &super::ApiKey| {
        json!({
            "id": k.id, "account": state.email_of(k.account), "name": k.name, "notes": k.notes,
            "fingerprint": k.fingerprint.get(..16), "created_at": k.created_at.to_string(), "deleted": k.deleted,
        })
    };
    state.keys.values().map(key).collect()
}

fn team_members(state: &State) -> Vec<Value> {
    let member = |m: &super::Member| {
        json!({
            "id": m.id, "account": state.email_of(m.account), "name": m.email, "email": m.email, "role": m.role,
            "status": m.status, "created_at": m.created_at.to_string(), "deleted": m.status == MemberStatus::Removed,
        })
    };
    state.members.values().map(member).collect()
}

fn images(state: &State) -> Vec<Value> {
    let image = |i: &super::Image| {
        json!({
            "id": i.id, "account": state.email_of(i.account), "name": i.model, "samples": i.samples,
            "status": if i.finished { "success" } else { "processing" }, "created_at": i.created_at.to_string(),
        })
    };
    state.images.values().map(image).collect()
}

fn mail(note: &MailNote) -> Value {
    json!({ "at": note.at.to_string(), "account": note.account, "name": note.kind, "to": note.to, "fate": note.fate })
}

fn request(note: &RequestNote) -> Value {
    json!({
        "time": note.at.to_string(), "method": note.method, "route": note.route, "status": note.status,
        "account": note.account, "faults": note.faults, "tool": note.tool,
    })
}
