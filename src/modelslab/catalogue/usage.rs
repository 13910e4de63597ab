//! What was used.

use super::*;

operations! {
    /// Sums up limits and wallet.
    usage_summary: Get "usage/summary", Bearer => Untold, "D" {
        tool: tool("agent-usage", "summary"),
    }

    /// Tells the limits of each product.
    usage_products: Get "usage/products", Bearer => Untold, "D" {
        tool: tool("agent-usage", "products"),
    }

    /// Lists what was used when.
    usage_history(UsageHistory): Get "usage/history", Bearer => Untold, "D" {
        tool: tool("agent-usage", "history"),
    } with {
        /// The first day, as `2026-11-22`.
        from: Option<String>,
        /// The last day.
        to: Option<String>,
        /// How many, 100 if not given.
        limit: Option<i64> [.within(Bounds::range(1, 200))],
    }
}
