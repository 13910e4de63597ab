//! Cards, invoices, and who is billed. A change carries an `Idempotency-Key`, which the service promises to know. [D]

use super::*;

operations! {
    /// Sums up cards, wallet and bills.
    billing_overview: Get "billing/overview", Bearer => Untold, "D" {
        tool: tool("agent-billing", "overview"),
    }

    /// Tells Stripe's publishable key. It is fetched and never kept: older documents have one written down.
    stripe_config: Get "billing/stripe-config", Bearer => StripeConfig, "S3, D without an envelope; K with one" {
        tool: tool("agent-billing", "stripe-config"),
    }

    /// Begins to save a card for later. Stripe then confirms it with the card.
    create_setup_intent: Post "billing/setup-intent", Bearer => SetupIntent, "S3, D" {
        limit: Some(AGENT_BILLING),
        effect: Effect::Keyed,
        tool: tool("agent-billing", "create-setup-intent"),
    }

    /// Makes a link where a person pays. `confirm_funding` or `confirm_subscription` tells when they did.
    /// Nothing is spent before.
    create_payment_link(CreatePaymentLink): Post "billing/payment-link", Bearer => PaymentLink, "S3, D" {
        limit: Some(AGENT_BILLING),
        effect: Effect::Keyed,
        tool: tool("agent-billing", "create-payment-link"),
    } with {
        /// What the payment is for.
        purpose: String [.one_of(&["fund", "subscribe"])],
        /// US dollars, to `fund`.
        amount: Option<f64>,
        /// The plan, to `subscribe`; `list_plans` tells the ids.
        plan_id: Option<i64>,
    }

    /// Lists saved cards.
    list_payment_methods: Get "billing/payment-methods", Bearer => List<PaymentMethod>, "D" {
        tool: tool("agent-billing", "payment-methods"),
    }

    /// Saves a card for the account. Only Stripe's id of it is given; a card's number is never accepted.
    add_payment_method(AddPaymentMethod): Post "billing/payment-methods", Bearer => Untold, "S3, D" {
        limit: Some(AGENT_BILLING),
        effect: Effect::Keyed,
        errors: &["service.payment_declined"],
        tool: tool("agent-billing", "add-payment-method"),
    } with {
        /// Stripe's id of the card, `pm_...`.
        payment_method_id: String,
        /// Whether it is charged from now on where nothing else is said.
        make_default: Option<bool>,
    }

    /// Makes a saved card the default.
    set_default_card(SetDefaultCard): Put "billing/payment-methods/{payment_method_id}/default", Bearer => Done, "D" {
        limit: Some(AGENT_BILLING),
        tool: tool("agent-billing", "set-default-payment-method"),
    } with {
        /// Stripe's id of the card, `pm_...`.
        payment_method_id: String,
    }

    /// Forgets a saved card.
    remove_payment_method(RemovePaymentMethod): Delete "billing/payment-methods/{payment_method_id}", Bearer => Done, "D" {
        limit: Some(AGENT_BILLING),
        undo: UndoRule::Never("the card must be given again"),
        tool: tool("agent-billing", "remove-payment-method"),
    } with {
        /// Stripe's id of the card, `pm_...`.
        payment_method_id: String,
    }

    /// Tells who is billed.
    get_billing_info: Get "billing/info", Bearer => Untold, "D" {
        tool: tool("agent-billing", "billing-info"),
    }

    /// Changes who is billed.
    update_billing_info(UpdateBillingInfo): Put "billing/info", Bearer => Untold, "D, G" {
        limit: Some(AGENT_BILLING),
        tool: tool("agent-billing", "update-billing-info"),
    } with {
        /// A person or a company.
        name: Option<String>,
        /// Where invoices go.
        email: Option<String> [.email()],
        /// A tax number.
        tax_id: Option<String>,
        /// Its kind, such as `eu_vat` or `us_ein`; needed with `tax_id`.
        tax_id_type: Option<String>,
        /// Street and number.
        address_line1: Option<String>,
        /// More of it.
        address_line2: Option<String>,
        /// City.
        address_city: Option<String>,
        /// State or region.
        address_state: Option<String>,
        /// Postal code.
        address_postal_code: Option<String>,
        /// Country, two letters.
        address_country: Option<String>,
    }

    /// Lists invoices.
    list_invoices: Get "billing/invoices", Bearer => List<Invoice>, "D" {
        tool: tool("agent-billing", "invoices"),
    }

    /// Tells of one invoice.
    get_invoice(GetInvoice): Get "billing/invoices/{invoice_id}", Bearer => Invoice, "D" {
        tool: tool("agent-billing", "invoice-detail"),
    } with {
        /// The invoice's id, as `list_invoices` tells it.
        invoice_id: String,
    }

    /// Tells where an invoice's PDF is. The field's name is not certain.
    get_invoice_pdf(GetInvoicePdf): Get "billing/invoices/{invoice_id}/pdf", Bearer => InvoicePdf, "D; C reads `url`" {
        tool: tool("agent-billing", "invoice-pdf"),
    } with {
        /// The invoice's id, as `list_invoices` tells it.
        invoice_id: String,
    }
}

answers! {
    /// What Stripe is asked with.
    StripeConfig {
        /// Stripe's publishable key; not a secret, and good for making a payment method of a card.
        publishable_key: String,
    }

    /// A card that is about to be saved.
    SetupIntent {
        /// What Stripe asks for when the intent is confirmed.
        client_secret: Secret<String>,
        /// Stripe's id of it, `seti_...`.
        setup_intent_id: String = ["setup_intent_id", "id"],
        /// Where it stands, where the answer says so.
        status: Option<String>,
    }

    /// A page where a person pays.
    PaymentLink {
        /// The page. Whoever has it can pay, and nothing else.
        payment_url: String = ["payment_url", "checkout_url", "url"],
        /// What `confirm_funding` or `confirm_subscription` is asked with.
        session_id: String,
        /// US dollars, where the answer says it.
        amount: Option<f64>,
        /// When the page is gone, ISO 8601.
        expires_at: Option<String>,
    }

    /// A saved card.
    PaymentMethod {
        /// Stripe's id of it, `pm_...`.
        id: String = ["id", "payment_method_id"],
        /// Such as `visa`.
        brand: Option<String> = ["brand", "card.brand"],
        /// Its last four digits.
        last4: Option<String> = ["last4", "card.last4"],
        /// The month it ends, 1 to 12.
        exp_month: Option<i64> = ["exp_month", "card.exp_month"],
        /// The year it ends, four digits.
        exp_year: Option<i64> = ["exp_year", "card.exp_year"],
        /// Whether it is charged where nothing else is said.
        is_default: Option<bool>,
    }

    /// An invoice.
    Invoice {
        /// Its id.
        id: String,
        /// US dollars.
        amount: Option<f64>,
        /// Such as `paid`.
        status: Option<String>,
        /// When it was made.
        created_at: Option<Timestamp>,
    }

    /// Where an invoice can be read.
    InvoicePdf {
        /// The PDF.
        url: String = ["url", "pdf_url", "invoice_pdf", "hosted_invoice_url"],
    }
}
