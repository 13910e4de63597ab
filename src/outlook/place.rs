//! Where a call goes, and whether what it sends may go there.

use std::collections::BTreeSet;

use url::Url;

use super::model::{Known, Place, Problem, Purpose, Sending, Supply, Verdict};
use super::provenance::Provenance;
use super::values::View;
use crate::action::{Trust, stripe_root};
use crate::expr::{Reference, Template};
use crate::http::is_loopback;
use crate::mail::Mailbox;
use crate::plan::{Call, PlanStep};
use crate::workflow::{Contact, Reach};

/// Stands for what is not known yet: a word that no name of a host is made of by chance.
const UNKNOWN: &str = "not-known-before-the-run";

/// What is asked before anything is sent.
pub(super) struct Sender<'a> {
    pub known: &'a Known,
    pub trust: Trust<'a>,
    pub provenance: &'a Provenance<'a>,
    pub view: View<'a>,
    pub step: &'a PlanStep,
}

/// A place, and why a secret would be refused there; `None` if that is not known yet.
type Found = (Place, Option<Result<(), String>>);

impl Sender<'_> {
    /// Where `call` goes, and what is wrong with that.
    pub fn sendings(
        &self,
        call: &Call,
        reach: Reach,
        purpose: Purpose,
    ) -> impl Iterator<Item = (Sending, Option<Problem>)> {
        [Some(reach.contact), reach.also].into_iter().flatten().filter_map(move |to| self.sending(call, to, purpose))
    }

    fn sending(&self, call: &Call, contact: Contact, purpose: Purpose) -> Option<(Sending, Option<Problem>)> {
        let value = |name: &str| call.with.iter().find(|(given, ..)| given == name).map(|(_, value, _)| value);
        let (place, verdict) = match contact {
            Contact::Nobody => return None,
            Contact::Service => (self.service(), Some(Ok(()))),
            Contact::Url(name) => self.url(value(name)?),
            Contact::Mailbox(name) => self.mailbox(value(name)?),
            Contact::Stripe => (self.stripe(), Some(Ok(()))),
        };
        let (secret, secrets) = match contact {
            Contact::Stripe => (true, call.unstored.iter().map(|(_, name)| format!("secrets.{name}")).collect()),
            _ => self.secrets(call),
        };
        let (verdict, why) = match verdict {
            _ if !secret => (Verdict::Harmless, None),
            Some(Ok(())) => (Verdict::Allowed, None),
            Some(Err(why)) => (Verdict::Refused, Some(why)),
            None => (Verdict::Open, None),
        };
        let problem = |code, message| Problem { step: self.step.id.clone(), code, message };
        let problem = match why {
            Some(why) => Some(problem("config.origin", format!("`{}` {why}", self.step.id))),
            None => self.leaves_machine(&place).map(|message| problem("config.sandbox", message)),
        };
        Some((Sending { purpose, action: call.action, place, secrets, verdict }, problem))
    }

    /// Whether anything that is sent is secret, and where that comes from.
    fn secrets(&self, call: &Call) -> (bool, BTreeSet<String>) {
        let (mut secret, mut names) = (false, BTreeSet::new());
        for (_, value, declared) in &call.with {
            let roots = self.provenance.of(value, self.step);
            secret |= *declared || !roots.is_empty();
            names.extend(roots.iter().cloned());
        }
        (secret, names)
    }

    fn service(&self) -> Place {
        match self.known.settings.sandbox {
            true => Place::Sandbox,
            false => Url::parse(&self.known.settings.base_url).map_or(Place::Sandbox, |url| shown(&url)),
        }
    }

    fn stripe(&self) -> Place {
        match self.known.settings.sandbox {
            true => Place::Sandbox,
            false => stripe_root(&self.known.settings.base_url).map_or(Place::Sandbox, |url| shown(&url)),
        }
    }

    fn url(&self, template: &Template) -> Found {
        match template.sketch(&self.view, UNKNOWN) {
            Some(text) if text.starts_with('/') => (self.service(), Some(Ok(()))),
            Some(text) => match Url::parse(&text).ok().filter(|url| !is_open(url)) {
                Some(url) => (shown(&url), Some(self.trust.check(&url))),
                None => self.open(template),
            },
            None => self.open(template),
        }
    }

    fn mailbox(&self, template: &Template) -> Found {
        if let Some(secret) = self.whole_secret(template) {
            let sandboxed = self.known.secrets.get(&secret) == Some(&Supply::Sandbox);
            let place = if sandboxed { Place::Sandbox } else { Place::MailboxOf(secret) };
            return (place, Some(Ok(())));
        }
        let sketch = template.sketch(&self.view, UNKNOWN).and_then(|text| Mailbox::parse(&text).ok());
        match sketch.filter(|mailbox| !mailbox.host().contains(UNKNOWN)) {
            Some(mailbox) => (Place::Origin(mailbox.origin()), Some(self.trust.check_mailbox(&mailbox))),
            None => self.open(template),
        }
    }

    /// The secret of the workflow that a template stands for, if it is made of nothing else.
    fn whole_secret(&self, template: &Template) -> Option<String> {
        let mut references = template.references();
        let (Some((Reference::Secret(_) | Reference::Input(_), _)), None) = (references.next(), references.next())
        else {
            return None;
        };
        let roots = self.provenance.of(template, self.step);
        let [root] = roots.iter().collect::<Vec<_>>()[..] else { return None };
        root.strip_prefix("secrets.").filter(|_| !template.is_text()).map(str::to_owned)
    }

    fn open(&self, template: &Template) -> Found {
        (Place::Open(self.view.open(template)), None)
    }

    fn leaves_machine(&self, place: &Place) -> Option<String> {
        let Place::Origin(origin) = place else { return None };
        let local = Url::parse(origin).is_ok_and(|url| is_loopback(&url));
        (self.known.settings.sandbox && !local).then(|| {
            format!("`{}`: {origin} is not on this machine, and a sandbox run contacts nothing else", self.step.id)
        })
    }
}

fn is_open(url: &Url) -> bool {
    url.host_str().is_none_or(|host| host.contains(UNKNOWN)) || url.scheme().contains(UNKNOWN)
}

fn shown(url: &Url) -> Place {
    Place::Origin(url.origin().ascii_serialization())
}
