# hinomi_assets(FOLDER OUTPUT_VARIABLE)
#
# Sets OUTPUT_VARIABLE to a source that defines hinomi::api::embedded_assets(): the files of FOLDER packed by
# tools/pack_assets.py, or none when FOLDER/index.html is not there. Build the web part before configuring (or configure
# again after it).
function(hinomi_assets folder output)
  set(made "${CMAKE_BINARY_DIR}/generated/assets")
  file(MAKE_DIRECTORY "${made}")
  file(GLOB_RECURSE files CONFIGURE_DEPENDS "${folder}/*")
  if(NOT EXISTS "${folder}/index.html")
    message(STATUS "No ${folder}/index.html: the server will say that its user interface was not built")
    set(empty "${made}/none.cc")
    file(CONFIGURE OUTPUT "${empty}" CONTENT
      "#include \"api/assets.h\"\n\nnamespace hinomi::api {\nstd::span<const Asset> embedded_assets() noexcept { return {}; }\n}  // namespace hinomi::api\n"
      @ONLY)
    set(${output} "${empty}" PARENT_SCOPE)
    return()
  endif()
  find_program(HINOMI_PYTHON python3 REQUIRED)
  add_custom_command(
    OUTPUT "${made}/index.cc" "${made}/pack.bin"
    COMMAND "${HINOMI_PYTHON}" "${PROJECT_SOURCE_DIR}/tools/pack_assets.py" "${folder}" "${made}/pack.bin" "${made}/index.cc"
    DEPENDS "${PROJECT_SOURCE_DIR}/tools/pack_assets.py" ${files}
    COMMENT "User interface of ${folder}"
    VERBATIM)
  # The compiler does not see that the source reads the pack.
  set_source_files_properties("${made}/index.cc" PROPERTIES OBJECT_DEPENDS "${made}/pack.bin")
  set(${output} "${made}/index.cc" PARENT_SCOPE)
endfunction()
