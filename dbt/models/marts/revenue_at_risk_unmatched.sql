with support as (

    select * from {{ ref('int_support_by_email') }}

),

customers as (

    select
        uuid,
        lower(trim(email)) as email,
        mrr > 0 as is_paying
    from {{ ref('stg_subscription__customers') }}

),

unmatched as (

    select support.*
    from support
    where not exists (select 1 from customers where customers.email = support.email)

)

select
    'support customers whose e-mail address no subscription customer has' as unmatched,
    cast(coalesce(sum(contacts), 0) as bigint) as counted
from unmatched
where email is not null
union all
select
    'support customers without an e-mail address' as unmatched,
    cast(coalesce(sum(contacts), 0) as bigint) as counted
from unmatched
where email is null
union all
select
    'open tickets of support customers who are no subscription customers' as unmatched,
    cast(coalesce(sum(open_tickets), 0) as bigint) as counted
from unmatched
union all
select
    'bad ratings of support customers who are no subscription customers' as unmatched,
    cast(coalesce(sum(bad_ratings), 0) as bigint) as counted
from unmatched
union all
select
    'paying customers without an e-mail address' as unmatched,
    count(*) as counted
from customers
where is_paying and email is null
union all
select
    'paying customers whose e-mail address no support customer has' as unmatched,
    count(*) as counted
from customers
where
    is_paying
    and email is not null
    and not exists (select 1 from support where support.email = customers.email and support.contacts > 0)
