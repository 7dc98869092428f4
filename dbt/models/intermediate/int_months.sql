-- The months of the reports: from the first customer, change of revenue or ticket until today.
with first_days as (

    select min(day) as day from {{ ref('int_mrr_movements') }}
    union all
    select min(seen_since) as day from {{ ref('int_customers') }}
    union all
    select min({{ tap_analytics.local_day('created_datetime') }}) as day from {{ ref('stg_support__tickets') }}

),

bounds as (

    select
        {{ tap_analytics.account('today') }} as today,
        coalesce(min(day), {{ tap_analytics.account('today') }}) as first_day
    from first_days

),

months as (

    select
        today,
        {{ tap_analytics.each('month', tap_analytics.month_of('first_day'), 'today') }} as month
    from bounds

)

select
    month,
    least({{ tap_analytics.month_end('month') }}, today) as last_day,
    {{ tap_analytics.month_end('month') }} < today as is_complete
from months
