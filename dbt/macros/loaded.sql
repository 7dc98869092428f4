{#- Fails where no stream of any API has a table, rather than build marts out of nothing, and tells which API has none.

An API that was not loaded is no fault: its models are empty. But its tables may be there under other names. -#}
{% macro check_loaded() %}
{%- if execute and flags.WHICH in ('run', 'build') -%}
    {%- set apis = {'tap_analytics': 'subscription', 'tap_analytics_support': 'support'} -%}
    {%- set loaded, missing, hints = [], [], [] -%}
    {%- for source in apis -%}
        {%- do loaded.extend(tap_analytics.loaded_tables(source)) -%}
    {%- endfor -%}
    {%- for source, name in apis.items() if not tap_analytics.loaded_tables(source) -%}
        {%- set first = tap_analytics.nodes_of(source) | first -%}
        {%- set other = tap_analytics.other_table(source, loaded) -%}
        {%- do missing.append('the ' ~ name ~ ' API (' ~ first.schema ~ '.' ~ first.identifier ~ ' and so on)') -%}
        {%- if other -%}
            {%- set advice = 'set the variable ' ~ source ~ "_stream_prefix to '" ~ other.prefix ~ "'" -%}
            {%- do hints.append('there is ' ~ other.table ~ ': ' ~ advice) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- set told = 'tap_analytics: there is no table of ' ~ missing | join(', and none of ') -%}
    {%- if missing and not loaded -%}
        {%- set advice = hints | join('; ') or 'check the variables for the schemas, and for the prefixes of streams' -%}
        {%- do exceptions.raise_compiler_error(told ~ '; ' ~ advice) -%}
    {%- elif hints -%}
        {%- do exceptions.warn(told ~ '; ' ~ hints | join('; ')) -%}
    {%- elif missing -%}
        {%- do log(told ~ ': its models are empty', info=true) -%}
    {%- endif -%}
{%- endif -%}
{% endmacro %}


{#- The nodes of a source's tables, as dbt knows them. -#}
{% macro nodes_of(source) %}
{%- set ours = graph.sources.values() | selectattr('package_name', 'equalto', 'tap_analytics') -%}
{{ return(ours | selectattr('source_name', 'equalto', source) | list) }}
{% endmacro %}


{#- The tables of a source that exist, as texts. -#}
{% macro loaded_tables(source) %}
{%- set found = [] -%}
{%- for node in tap_analytics.nodes_of(source) -%}
    {%- set table = load_relation(api.Relation.create(node.database, node.schema, node.identifier)) -%}
    {%- if table is not none -%}
        {%- do found.append(table | string) -%}
    {%- endif -%}
{%- endfor -%}
{{ return(found) }}
{% endmacro %}


{#- A table of the tap whose name ends with that of a stream, and what stands before it; none if there is no such table.

Of several, one with the commonest prefix. Tables that are known to be of a source are left out. -#}
{% macro other_table(source, known) %}
{%- set nodes = tap_analytics.nodes_of(source) -%}
{%- set schema = api.Relation.create(nodes[0].database, nodes[0].schema).without_identifier() -%}
{#- Names that streams of both APIs have tell nothing. -#}
{%- set others = graph.sources.values() | rejectattr('source_name', 'equalto', source) | map(attribute='name') | list -%}
{%- set own = nodes | map(attribute='name') | reject('in', others) | list -%}
{%- set examples, ends = {}, [] -%}
{%- for row in dbt.list_relations_without_caching(schema) if row['type'] == 'table' -%}
    {%- set table = api.Relation.create(nodes[0].database, nodes[0].schema, row['name']) -%}
    {%- for name in own if row['name'].endswith(name) and table | string not in known -%}
        {%- set prefix = row['name'][:-(name | length)] -%}
        {%- do ends.append(prefix) -%}
        {%- do examples.update({prefix: table}) -%}
    {%- endfor -%}
{%- endfor -%}
{%- set best = namespace(found=none, count=0) -%}
{%- for prefix, table in examples.items() -%}
    {%- if ends.count(prefix) > best.count and '_rescued_data' in tap_analytics.columns_of(table) -%}
        {%- set best.found = {'prefix': prefix, 'table': table.schema ~ '.' ~ table.identifier} -%}
        {%- set best.count = ends.count(prefix) -%}
    {%- endif -%}
{%- endfor -%}
{{ return(best.found) }}
{% endmacro %}
