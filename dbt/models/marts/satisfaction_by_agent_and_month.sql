with surveys as (

    select
        surveys.score,
        {{ tap_analytics.month_of(tap_analytics.local_day('surveys.scored_datetime')) }} as month,
        tickets.assignee_user_id,
        tickets.agent_name
    from {{ ref('stg_support__satisfaction_surveys') }} as surveys
    left join {{ ref('ticket_times') }} as tickets on surveys.ticket_id = tickets.ticket_id
    where surveys.score is not null and surveys.scored_datetime is not null

)

select
    month,
    assignee_user_id,
    max(agent_name) as agent_name,
    count(*) as ratings,
    avg(cast(score as double precision)) as average_score,
    cast(sum(case when score >= {{ var('tap_analytics_good_score') }} then 1 else 0 end) as bigint) as good_ratings,
    cast(sum(case when score <= {{ var('tap_analytics_bad_score') }} then 1 else 0 end) as bigint) as bad_ratings
from surveys
group by month, assignee_user_id
