with bounds as (

    select
        currency,
        min(valid_from) as first_day,
        greatest(max(valid_from), {{ tap_analytics.account('today') }}) as last_day
    from {{ ref('customer_mrr') }}
    group by currency

),

days as (

    select
        currency,
        {{ tap_analytics.each('day', 'first_day', 'last_day') }} as day
    from bounds

),

changes as (

    select
        currency,
        valid_from as day,
        sum(mrr - mrr_before) as mrr,
        sum(case when mrr > 0 then 1 else 0 end - case when mrr_before > 0 then 1 else 0 end) as customers
    from {{ ref('customer_mrr') }}
    group by currency, valid_from

),

running as (

    select
        days.day,
        days.currency,
        sum(coalesce(changes.mrr, 0)) over (partition by days.currency order by days.day) as mrr,
        sum(coalesce(changes.customers, 0)) over (partition by days.currency order by days.day) as customers
    from days
    left join changes on days.currency = changes.currency and days.day = changes.day

)

select
    day,
    currency,
    {{ tap_analytics.money('mrr') }} as mrr,
    {{ tap_analytics.money('12 * mrr') }} as arr,
    cast(customers as bigint) as customers
from running
