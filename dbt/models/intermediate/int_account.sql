-- One row: what the subscription account, or a variable instead, says of time and money.
{{- tap_analytics.check_loaded() }}
with account as (

    select
        coalesce(
            nullif('{{ var("tap_analytics_time_zone") }}', ''),
            max(time_zone),
            'UTC'
        ) as time_zone,
        coalesce(
            nullif('{{ var("tap_analytics_currency") }}', ''),
            max(currency),
            'unknown'
        ) as currency
    from {{ ref('stg_subscription__account') }}

)

select
    time_zone,
    currency,
    coalesce(
        cast(nullif('{{ var("tap_analytics_today") }}', '') as date),
        cast(current_timestamp at time zone time_zone as date)
    ) as today
from account
