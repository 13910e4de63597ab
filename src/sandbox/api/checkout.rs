//! The page on which a person pays, or agrees to a payment; and the file of an invoice.

use super::Exchange;
use super::money::{fulfil, pay};
use super::wallet::agreed;
use crate::sandbox::http::{Answer, Refusal};
use crate::sandbox::state::{Checkout, Entry, Payment, PaymentStatus};

/// What is to be paid at a page.
enum Due<'a> {
    Open(&'a Checkout),
    /// A card's holder is asked.
    Asked(&'a Payment),
    Paid,
    Over,
}

fn due<'a>(x: &Exchange<'a>) -> Option<Due<'a>> {
    let books = &x.state.books;
    if let Some(checkout) = books.checkouts.get(x.path_id) {
        return Some(match &checkout.payment {
            Some(_) => Due::Paid,
            None if checkout.expires_at > x.now => Due::Open(checkout),
            None => Due::Over,
        });
    }
    let payment = books.payments.get(x.path_id)?;
    Some(match payment.status {
        PaymentStatus::Succeeded => Due::Paid,
        PaymentStatus::RequiresAction => Due::Asked(payment),
        PaymentStatus::Failed => Due::Over,
    })
}

/// `GET /pay/{id}`: a page with a button.
pub fn page(x: &mut Exchange<'_>) -> Result<Answer, Refusal> {
    Ok(match due(x).ok_or_else(Refusal::not_found)? {
        Due::Open(Checkout { amount, .. }) | Due::Asked(Payment { amount, .. }) => {
            let (dollars, cents) = (amount / 100, amount % 100);
            Answer::form(&format!("Pay ${dollars}.{cents:02}"), "Pay")
        }
        Due::Paid => Answer::html(200, "Paid"),
        Due::Over => Answer::html(410, "This page has expired"),
    })
}

/// `POST /pay/{id}`: pays, once. What was bought at a checkout is given when it is confirmed; a payment that waited for
/// consent is done.
pub fn pay_page(x: &mut Exchange<'_>) -> Result<Answer, Refusal> {
    match due(x).ok_or_else(Refusal::not_found)? {
        Due::Open(checkout) => {
            let payment = pay(x, checkout.account, checkout.amount, checkout.purpose, PaymentStatus::Succeeded);
            x.emit_entry(Entry::Checkout(Checkout { payment: Some(payment.id), ..checkout.clone() }));
        }
        Due::Asked(payment) => {
            let payment = agreed(payment);
            x.emit_entry(Entry::Payment(payment.clone()));
            fulfil(x, &payment);
        }
        Due::Paid => {}
        Due::Over => return Ok(Answer::html(410, "This page has expired")),
    }
    Ok(Answer::html(200, "Paid"))
}

/// `GET /invoices/{file}`
pub fn invoice(x: &mut Exchange<'_>) -> Result<Answer, Refusal> {
    let id = x.path_id.strip_suffix(".pdf").ok_or_else(Refusal::not_found)?;
    let paid = |payment: &&Payment| payment.invoice == id && payment.status == PaymentStatus::Succeeded;
    x.state.books.payments.values().find(paid).map(|_| Answer::pdf()).ok_or_else(Refusal::not_found)
}
