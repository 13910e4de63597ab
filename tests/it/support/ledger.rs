use std::fmt::Write as _;

use serde_json::Value;

/// What the service did, as the sandbox tells it.
pub struct Ledger(Value);

/// What the service did for one e-mail address.
pub struct Account<'a> {
    ledger: &'a Ledger,
    email: &'a str,
}

impl Ledger {
    pub fn new(document: Value) -> Self {
        Self(document)
    }

    pub fn list(&self, name: &str) -> &[Value] {
        self.0[name].as_array().unwrap()
    }

    pub fn account<'a>(&'a self, email: &'a str) -> Account<'a> {
        Account { ledger: self, email }
    }
}

impl Account<'_> {
    fn of(&self, list: &str) -> impl Iterator<Item = &Value> {
        self.ledger.list(list).iter().filter(|item| item["account"] == self.email)
    }

    /// How often there is this account.
    pub fn accounts(&self) -> usize {
        self.of("accounts").count()
    }

    pub fn verifications(&self) -> usize {
        self.of("verifications").count()
    }

    /// Keys that work, by name.
    pub fn usable_keys(&self, name: &str) -> Vec<&Value> {
        self.of("api_keys").filter(|key| key["name"] == name && key["deleted"] == false).collect()
    }

    pub fn keys_ever_made(&self) -> usize {
        self.of("api_keys").count()
    }

    /// Invites to `member`, those that were taken back included.
    pub fn invites(&self, member: &str) -> usize {
        self.of("team_members").filter(|invite| invite["email"] == member).count()
    }

    /// Who is on the team now, invitations that wait included.
    pub fn team(&self) -> Vec<&str> {
        let there = self.of("team_members").filter(|member| member["deleted"] == false);
        there.filter_map(|member| member["email"].as_str()).collect()
    }

    /// Payments that took place, for what they were.
    pub fn payments(&self) -> Vec<&str> {
        let paid = self.of("payments").filter(|payment| payment["status"] == "succeeded");
        paid.filter_map(|payment| payment["name"].as_str()).collect()
    }

    /// Subscriptions, by how they stand.
    pub fn subscriptions(&self) -> Vec<&str> {
        self.of("subscriptions").filter_map(|subscription| subscription["status"].as_str()).collect()
    }

    /// Cards that are saved, by brand and last digits.
    pub fn cards(&self) -> Vec<&str> {
        let saved = self.of("payment_methods").filter(|card| card["saved"] == true && card["deleted"] == false);
        saved.filter_map(|card| card["name"].as_str()).collect()
    }

    /// The pages on which nobody has paid.
    pub fn open_pages(&self) -> Vec<&str> {
        let open = self.of("checkouts").filter(|checkout| checkout["payment"].is_null());
        open.filter_map(|checkout| checkout["id"].as_str()).collect()
    }

    pub fn images(&self) -> usize {
        self.of("images").count()
    }

    /// Requests to the route whose template ends so.
    pub fn requests(&self, method: &str, route: &str) -> Vec<&Value> {
        let fits =
            |request: &&Value| request["method"] == method && request["route"].as_str().unwrap().ends_with(route);
        self.of("requests").filter(fits).collect()
    }

    /// By which tools something was asked, in order.
    pub fn tools(&self) -> Vec<&str> {
        self.of("requests").filter_map(|request| request["tool"].as_str()).collect()
    }

    /// All requests, a line each, for a person.
    pub fn story(&self) -> String {
        let mut story = String::new();
        for request in self.of("requests") {
            let text = |name: &str| request[name].as_str().unwrap_or_default();
            let (status, faults) = (&request["status"], &request["faults"]);
            writeln!(story, "  {} {} {} {status} {faults}", text("time"), text("method"), text("route")).unwrap();
        }
        story
    }
}
