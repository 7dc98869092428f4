with days as (

    select
        customer_uuid,
        currency,
        day,
        sum(movement) as movement
    from {{ ref('int_mrr_movements') }}
    group by customer_uuid, currency, day

),

running as (

    select
        customer_uuid,
        currency,
        day as valid_from,
        lead(day) over (partition by customer_uuid, currency order by day) as valid_until,
        sum(movement) over (partition by customer_uuid, currency order by day) as mrr,
        movement
    from days

)

select
    customer_uuid,
    currency,
    valid_from,
    coalesce(valid_until, cast('9999-12-31' as date)) as valid_until,
    {{ tap_analytics.money('mrr') }} as mrr,
    {{ tap_analytics.money('mrr - movement') }} as mrr_before
from running
