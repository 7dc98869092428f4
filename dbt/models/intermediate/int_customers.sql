-- Every customer of the subscription API, those included that only activities tell of: since when it is known, and since
-- when it has paid.
with paid as (

    select
        customer_uuid,
        min(case when mrr > 0 then valid_from end) as paid_since
    from {{ ref('customer_mrr') }}
    group by customer_uuid

)

select
    coalesce(customers.uuid, paid.customer_uuid) as customer_uuid,
    paid.paid_since,
    least(
        {{ tap_analytics.local_day('customers.lead_created_at') }},
        {{ tap_analytics.local_day('customers.free_trial_started_at') }},
        {{ tap_analytics.local_day('customers.customer_since') }},
        paid.paid_since
    ) as seen_since
from {{ ref('stg_subscription__customers') }} as customers
full outer join paid on customers.uuid = paid.customer_uuid
