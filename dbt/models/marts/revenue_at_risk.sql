with paying as (

    select
        uuid as customer_uuid,
        coalesce(company, name) as customer_name,
        lower(trim(email)) as email,
        status,
        mrr
    from {{ ref('stg_subscription__customers') }}
    where mrr > 0

)

select
    paying.customer_uuid,
    paying.customer_name,
    paying.email,
    paying.status as customer_status,
    {{ tap_analytics.account('currency') }} as currency,
    {{ tap_analytics.money('paying.mrr') }} as mrr,
    support.open_tickets,
    support.bad_ratings
from paying
inner join {{ ref('int_support_by_email') }} as support on paying.email = support.email
where support.open_tickets > 0 or support.bad_ratings > 0
