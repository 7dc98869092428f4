with days as (

    select
        *,
        {{ tap_analytics.month_of('day') }} as month,
        row_number() over (partition by currency, {{ tap_analytics.month_of('day') }} order by day desc) as days_left
    from {{ ref('mrr_by_day') }}

)

select
    month,
    currency,
    mrr,
    arr,
    customers,
    case when customers > 0 then {{ tap_analytics.money('mrr / customers') }} end as arpa,
    {{ tap_analytics.month_end('month') }} < {{ tap_analytics.account('today') }} as is_complete
from days
where days_left = 1
