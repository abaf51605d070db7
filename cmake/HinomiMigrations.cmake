# hinomi_migrations(MODULE OUT)
#
# Puts migrations/*.sql of the module, in order, into the program: OUT is the source to be named in
# hinomi_module, and <module>::migration_files() (declared in <module>/migrations.h) gives the texts.
function(hinomi_migrations module out)
  file(GLOB steps CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/migrations/*.sql")
  list(SORT steps)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${steps})
  string(CONCAT text
    "#include \"${module}/migrations.h\"\nnamespace hinomi::${module} {\nnamespace {\n"
    "constexpr store::sql::MigrationFile kFiles[] = {\n")
  foreach(step IN LISTS steps)
    get_filename_component(name "${step}" NAME)
    file(READ "${step}" sql)
    string(APPEND text "{\"${name}\", R\"hinomi(${sql})hinomi\"},\n")
  endforeach()
  string(APPEND text
    "};\n}  // namespace\n"
    "std::span<const store::sql::MigrationFile> migration_files() noexcept { return kFiles; }\n"
    "}  // namespace hinomi::${module}\n")
  set(source "${CMAKE_BINARY_DIR}/generated/${module}/migration_files.cc")
  file(CONFIGURE OUTPUT "${source}" CONTENT "${text}" @ONLY)
  set(${out} "${source}" PARENT_SCOPE)
endfunction()
