//! Plans and subscriptions. No operation cancels one: to pause it is the nearest.

use super::*;

operations! {
    /// Lists the plans. It also tells the least amount for the wallet.
    list_plans: Get "subscriptions/plans", Bearer => Plans, "D" {
        tool: tool("agent-subscriptions", "list-plans"),
    }

    /// Lists the subscriptions.
    list_subscriptions: Get "subscriptions", Bearer => Untold, "D" {
        tool: tool("agent-subscriptions", "list"),
    }

    /// Subscribes to a plan. With a saved card it is charged at once; without, the answer has a page where a person pays.
    create_subscription(CreateSubscription): Post "subscriptions", Bearer => Subscription, "S3, D" {
        limit: Some(AGENT_BILLING),
        effect: Effect::Keyed,
        undo: UndoRule::Never("no documented operation cancels a subscription; it can be paused"),
        spends: Some(Spends::money(Bound::Open, "the plan's price, each period")),
        errors: &["service.payment_declined"],
        tool: tool("agent-subscriptions", "create"),
    } with {
        /// The plan, as `list_plans` tells it.
        plan_id: i64,
        /// Stripe's id of a card, `pm_...`.
        payment_method_id: Option<String>,
        /// Where the page leads a person who paid; only without a card.
        success_url: Option<String>,
        /// Where the page leads a person who did not; only without a card.
        cancel_url: Option<String>,
    }

    /// Asks whether a plan was paid for. The page where a person pays is that of `create_subscription` or `create_payment_link`.
    confirm_subscription(ConfirmSubscription): Post "subscriptions/confirm-checkout", Bearer => Checkout, "S3, D" {
        limit: Some(AGENT_BILLING),
        effect: Effect::Repeat,
        tool: tool("agent-subscriptions", "confirm-checkout"),
    } with {
        /// The `session_id` of the page.
        session_id: String,
    }

    /// Tells how a subscription stands.
    subscription_status(SubscriptionStatus): Get "subscriptions/{subscription_id}/status", Bearer => SubscriptionState, "D" {
        tool: tool("agent-subscriptions", "status"),
    } with {
        /// The subscription's id.
        subscription_id: String,
    }

    /// Changes to another plan.
    update_subscription(UpdateSubscription): Put "subscriptions/{subscription_id}", Bearer => Untold, "D" {
        limit: Some(AGENT_BILLING),
        effect: Effect::Keyed,
        spends: Some(Spends::money(Bound::Open, "the difference to the new plan's price")),
        errors: &["service.payment_declined"],
        tool: tool("agent-subscriptions", "update"),
    } with {
        /// The subscription's id.
        subscription_id: String,
        /// The new plan, as `list_plans` tells it.
        new_plan_id: i64,
    }

    /// Pauses a subscription.
    pause_subscription(PauseSubscription): Post "subscriptions/{subscription_id}/pause", Bearer => Done, "D" {
        limit: Some(AGENT_BILLING),
        effect: Effect::Keyed,
        tool: tool("agent-subscriptions", "pause"),
    } with {
        /// The subscription's id.
        subscription_id: String,
    }

    /// Goes on with a paused subscription.
    resume_subscription(ResumeSubscription): Post "subscriptions/{subscription_id}/resume", Bearer => Done, "D" {
        limit: Some(AGENT_BILLING),
        effect: Effect::Keyed,
        spends: Some(Spends::money(Bound::Open, "the plan's price, each period")),
        tool: tool("agent-subscriptions", "resume"),
    } with {
        /// The subscription's id.
        subscription_id: String,
    }

    /// Begins a new period now.
    reset_cycle(ResetCycle): Post "subscriptions/{subscription_id}/reset-cycle", Bearer => Done, "D" {
        limit: Some(AGENT_BILLING),
        effect: Effect::Keyed,
        undo: UndoRule::Never("a payment is not taken back"),
        spends: Some(Spends::money(Bound::Open, "the plan's price")),
        errors: &["service.payment_declined"],
        tool: tool("agent-subscriptions", "reset-cycle"),
    } with {
        /// The subscription's id.
        subscription_id: String,
    }

    /// Charges or sets an amount. Sources disagree which: K says that it charges, G that it sets what models cost. No
    /// shipped workflow uses it.
    charge_amount(ChargeAmount): Post "subscriptions/charge-amount", Bearer => Untold, "L, G, K" {
        limit: Some(AGENT_BILLING),
        effect: Effect::Keyed,
        undo: UndoRule::Never("a payment is not taken back"),
        spends: Some(Spends::money(Bound::Parameter("amount"), "`amount` US dollars, as some documents have it")),
        errors: &["service.payment_declined"],
        tool: tool("agent-subscriptions", "charge-amount"),
    } with {
        /// US dollars, 5 to 10000.
        amount: f64,
    }

    /// Tries a payment that failed again.
    fix_payment(FixPayment): Post "subscriptions/{subscription_id}/fix-payment", Bearer => Untold, "L, K, G" {
        limit: Some(AGENT_BILLING),
        effect: Effect::Keyed,
        undo: UndoRule::Never("a payment is not taken back"),
        spends: Some(Spends::money(Bound::Open, "what is due")),
        errors: &["service.payment_declined"],
        tool: tool("agent-subscriptions", "fix-payment"),
    } with {
        /// The subscription's id.
        subscription_id: String,
        /// The kind of plan.
        plan_category: String [.one_of(&["enterprise", "imagen"])],
    }
}

answers! {
    /// What can be subscribed to.
    Plans {
        /// Each with `id`, `name`, `period`, `price`, `api_call_limit` and `rate_limit`.
        plans: Value = ["subscription_plans", "plans", "items"],
        /// US dollars: the least that can be put into the wallet.
        minimum_topup_usd: Option<f64> = ["pay_as_you_go.minimum_topup_usd"],
    }

    /// A new subscription, or where a person pays for it.
    Subscription {
        /// Its id; null if a person pays on a page first.
        id: Option<String> = ["subscription.id"],
        /// Such as `active`.
        status: Option<String> = ["subscription.status", "status"],
        /// Stripe's id of it, `sub_...`.
        stripe_subscription_id: Option<String>,
        /// What a bank's own page asks for when the payment needs a person (3-D Secure).
        client_secret: Option<Secret<String>> = ["payment.client_secret", "client_secret"],
        /// Stripe's id of the payment, `pi_...`.
        payment_intent_id: Option<String> = ["payment.payment_intent_id", "payment_intent_id"],
        /// The page where a person pays.
        checkout_url: Option<String> = ["checkout_url", "payment_url", "url"],
        /// What `confirm_subscription` is asked with.
        session_id: Option<String>,
    }

    /// How a subscription stands.
    SubscriptionState {
        /// `active`, `past_due`, `canceled`, `paused` or `trialing`.
        status: String = ["status", "subscription.status"],
        /// When the period began, ISO 8601.
        period_start: Option<String> = ["period_start", "current_period_start"],
        /// When the period ends, ISO 8601.
        period_end: Option<String> = ["period_end", "current_period_end"],
    }
}
