"""Singer tap for subscription-analytics and support-desk REST APIs."""
