//! The wallet: what is in it, what goes in, coupons, and single payments. Amounts are US dollars.

use super::*;

operations! {
    /// Tells what is in the wallet.
    wallet_balance: Get "wallet/balance", Bearer => Balance, "D; C first reads `wallet.balance`" {
        tool: tool("agent-wallet", "balance"),
    }

    /// Lists what went in and out.
    list_transactions(ListTransactions): Get "wallet/transactions", Bearer => Transactions, "D, K, C; not L, G" {
    } with {
        /// Only what went in or only what went out.
        r#type: Option<String> [.one_of(&["credit", "debit"])],
        /// How many, 50 if not given.
        limit: Option<i64> [.within(Bounds::range(1, 200))],
        /// How many to leave out first.
        offset: Option<i64>,
    }

    /// Puts money into the wallet. With a saved card it is charged at once; without, the answer has a page where a person
    /// pays. Sources disagree on the least amount, 10 or 15 dollars: `list_plans` tells it.
    fund_wallet(FundWallet): Post "wallet/fund", Bearer => Funding, "D; C-5" {
        limit: Some(AGENT_BILLING),
        effect: Effect::Keyed,
        undo: UndoRule::Never("a payment is not taken back"),
        spends: Some(Spends::money(Bound::Parameter("amount"), "`amount` US dollars")),
        errors: &["service.payment_declined"],
        tool: tool("agent-wallet", "fund"),
    } with {
        /// US dollars.
        amount: f64,
        /// Stripe's id of a card, `pm_...`.
        payment_method_id: Option<String>,
    }

    /// Asks whether the wallet was filled. The page where a person pays is that of `fund_wallet` or `create_payment_link`. What it
    /// answers before is undocumented.
    confirm_funding(ConfirmFunding): Post "wallet/confirm-checkout", Bearer => Checkout, "D" {
        limit: Some(AGENT_BILLING),
        effect: Effect::Repeat,
        tool: tool("agent-wallet", "confirm-checkout"),
    } with {
        /// The `session_id` of the page.
        session_id: String,
    }

    /// Lets the wallet fill itself.
    set_auto_funding(SetAutoFunding): Put "wallet/auto-funding", Bearer => Done, "D" {
        limit: Some(AGENT_BILLING),
        undo: UndoRule::Never("it goes on until `modelslab.disable_auto_funding` is asked"),
        spends: Some(Spends::money(Bound::Open, "`auto_charge_amount` US dollars whenever the wallet runs low")),
        tool: tool("agent-wallet", "auto-funding"),
    } with {
        /// US dollars that are charged each time, 5 or more.
        auto_charge_amount: f64,
        /// US dollars in the wallet below which that happens, 1 or more.
        charge_threshold: f64,
    }

    /// Stops the wallet filling itself.
    disable_auto_funding: Delete "wallet/auto-funding", Bearer => Done, "D" {
        limit: Some(AGENT_BILLING),
        tool: tool("agent-wallet", "disable-auto-funding"),
    }

    /// Takes money out. For resellers alone.
    withdraw(Withdraw): Post "wallet/withdraw", Bearer => Untold, "D" {
        limit: Some(AGENT_BILLING),
        effect: Effect::Keyed,
        undo: UndoRule::Never("money that was taken out must be put in again"),
        tool: tool("agent-wallet", "withdraw"),
    } with {
        /// US dollars.
        amount: f64,
    }

    /// Tells what a coupon is worth.
    validate_coupon(ValidateCoupon): Get "wallet/coupons/validate", Bearer => Untold, "D, K, C as GET; L as POST" {
        also: Some((Verb::Post, "wallet/coupons/validate")),
        limit: Some(AGENT_BILLING),
        tool: tool("agent-wallet", "validate-coupon"),
    } with {
        /// The code.
        coupon_code: String,
        /// US dollars that it would be used for.
        purchase_amount: Option<f64>,
    }

    /// Redeems a coupon. A bonus coupon is a purchase and charges a card.
    redeem_coupon(RedeemCoupon): Post "wallet/coupons/redeem", Bearer => Untold, "D" {
        limit: Some(AGENT_BILLING),
        effect: Effect::Keyed,
        undo: UndoRule::Never("a coupon is redeemed once"),
        spends: Some(Spends::money(Bound::IfGiven("purchase_amount"), "`purchase_amount` US dollars, for a bonus coupon")),
        errors: &["service.payment_declined"],
        tool: tool("agent-wallet", "redeem-coupon"),
    } with {
        /// The code.
        coupon_code: String,
        /// Stripe's id of a card, `pm_...`, for a bonus coupon.
        payment_method_id: Option<String>,
        /// US dollars, for a bonus coupon.
        purchase_amount: Option<f64>,
    }

    /// Tells how a payment stands.
    payment_status(PaymentStatus): Get "payments/{payment_intent_id}/status", Bearer => Payment, "D" {
        tool: tool("agent-wallet", "payment-status"),
    } with {
        /// Stripe's id of the payment, `pi_...`.
        payment_intent_id: String,
    }
}

answers! {
    /// What is in the wallet.
    Balance {
        /// How much.
        balance: f64 = ["balance", "wallet.balance"],
        /// Of what, such as `USD`.
        currency: Option<String> = ["currency", "wallet.currency"],
    }

    /// What went in and out.
    Transactions {
        /// Each with `id`, `source`, `type`, `amount`, `status` and `created_at`.
        items: Value,
        /// How many there are here.
        count: Option<i64>,
        /// How many there are in all.
        total: Option<i64>,
    }

    /// What became of a payment, or where a person makes it.
    Funding {
        /// Such as `succeeded` or `requires_action`; null if a person pays on a page.
        status: Option<String> = ["payment.status", "status"],
        /// Stripe's id of the payment, `pi_...`.
        payment_intent_id: Option<String> = ["payment.payment_intent_id", "payment_intent_id"],
        /// What a bank's own page asks for when the payment needs a person (3-D Secure).
        client_secret: Option<Secret<String>> = ["payment.client_secret", "client_secret"],
        /// The page where a person pays.
        checkout_url: Option<String> = ["checkout_url", "payment_url", "url"],
        /// What `confirm_funding` is asked with.
        session_id: Option<String>,
        /// US dollars in the wallet after it, where the answer says it.
        balance: Option<f64> = ["wallet.balance", "balance"],
    }

    /// Whether a page was paid.
    Checkout {
        /// Such as `paid`, `complete` or `pending`.
        status: Option<String> = ["status", "payment_status", "payment.status"],
        /// What the service says about it.
        message: Option<String>,
        /// The subscription that was paid for, if it was one.
        subscription_id: Option<String> = ["subscription.id"],
    }

    /// A single payment.
    Payment {
        /// `succeeded`, `pending` or `failed`.
        status: String,
        /// US dollars.
        amount: Option<f64>,
        /// Such as `usd`.
        currency: Option<String>,
    }
}
